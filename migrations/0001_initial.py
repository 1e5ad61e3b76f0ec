from tortoise import migrations
from tortoise.migrations import operations as ops
from app.collection.models import CaseEventKind, CloseReason, Stage
from app.customer.models import CustomerKind, KeyKind, PartyRole
from app.loan.models import EventKind, LoanStatus
from app.monitoring.models import ReminderReason, ReminderState
from app.operation.models import CloseState, ImportState
from app.personal import PersonalField
from app.report.models import RunState
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AuditCheck",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("seal_id", fields.BigIntField()),
                ("is_full", fields.BooleanField()),
                ("entry_count", fields.BigIntField()),
                ("findings", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "audit_check",
                "app": "app",
                "pk_attr": "id",
                "table_description": "A walk along the chains up to the seal `seal_id`, and what it found; nothing is good.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("chain", fields.SmallIntField()),
                ("sequence", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("business_date", fields.DateField()),
                ("verb", fields.CharField(max_length=60)),
                ("actor", fields.CharField(max_length=160)),
                ("customer_id", fields.BigIntField(null=True)),
                ("request_id", fields.CharField(default="", max_length=64)),
                ("body", fields.TextField(unique=False)),
                ("hash", fields.BinaryField()),
            ],
            options={
                "table": "audit_entry",
                "app": "app",
                "unique_together": (("chain", "sequence"),),
                "pk_attr": "id",
                "table_description": "One link of one chain. Only ever added to; its hash covers every column and the link",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "chain",
                    fields.SmallIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("sequence", fields.BigIntField()),
                ("hash", fields.BinaryField()),
            ],
            options={"table": "audit_head", "app": "app", "pk_attr": "chain"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("occasion", fields.CharField(max_length=60)),
                ("heads", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("hash", fields.BinaryField()),
            ],
            options={
                "table": "audit_seal",
                "app": "app",
                "pk_attr": "id",
                "table_description": "All heads at one instant, chained in their turn: a cut-off tail of a chain shows here.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Branch",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=40)),
                ("name", fields.CharField(max_length=120)),
            ],
            options={"table": "branch", "app": "app", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BusinessDay",
            fields=[
                (
                    "id",
                    fields.SmallIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("on_date", fields.DateField()),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "business_day",
                "app": "app",
                "pk_attr": "id",
                "table_description": "The one row that says which day it is for the book.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BusinessSetting",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80),
                ),
                ("value", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("version", fields.IntField(default=1)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("changed_by", fields.CharField(max_length=160)),
            ],
            options={
                "table": "business_setting",
                "app": "app",
                "pk_attr": "name",
                "table_description": "A setting that differs from its default; which exist is declared in `app.setting`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CaseEvent",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("case_id", fields.BigIntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="opened: opened\nmoved: moved\nclosed: closed",
                        enum_type=CaseEventKind,
                        max_length=12,
                    ),
                ),
                (
                    "from_stage",
                    fields.CharEnumField(
                        null=True,
                        description="to_contact: to_contact\ncontacted: contacted\npromised: promised\nnegotiating: negotiating\nlegal: legal",
                        enum_type=Stage,
                        max_length=12,
                    ),
                ),
                (
                    "to_stage",
                    fields.CharEnumField(
                        null=True,
                        description="to_contact: to_contact\ncontacted: contacted\npromised: promised\nnegotiating: negotiating\nlegal: legal",
                        enum_type=Stage,
                        max_length=12,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("business_date", fields.DateField()),
                ("actor", fields.CharField(max_length=160)),
                ("audit_id", fields.BigIntField(null=True)),
            ],
            options={
                "table": "case_event",
                "app": "app",
                "pk_attr": "id",
                "table_description": "What happened to a case. Only ever added to.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CollectionCase",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("branch_id", fields.BigIntField(null=True)),
                ("team_id", fields.BigIntField(null=True)),
                ("assignee_id", fields.BigIntField(null=True)),
                (
                    "stage",
                    fields.CharEnumField(
                        default=Stage.to_contact,
                        description="to_contact: to_contact\ncontacted: contacted\npromised: promised\nnegotiating: negotiating\nlegal: legal",
                        enum_type=Stage,
                        max_length=12,
                    ),
                ),
                ("opened_on", fields.DateField()),
                ("stage_since", fields.DateField()),
                ("closed_on", fields.DateField(null=True)),
                (
                    "close_reason",
                    fields.CharEnumField(
                        null=True,
                        description="cured: cured\nloans_closed: loans_closed",
                        enum_type=CloseReason,
                        max_length=12,
                    ),
                ),
                ("overdue_since", fields.DateField()),
                ("overdue_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                (
                    "overdue_other",
                    fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
                ),
                ("overdue_loan_count", fields.IntField()),
                (
                    "last_contact_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("next_action_on", fields.DateField(null=True)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "collection_case",
                "app": "app",
                "pk_attr": "id",
                "table_description": "A borrower in arrears: all his overdue loans together. What he owes is a projection of",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ContactRecord",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("channel", fields.CharField(max_length=20)),
                ("direction", fields.CharField(default="out", max_length=10)),
                ("outcome", fields.CharField(default="", max_length=40)),
                ("agent", fields.CharField(default="", max_length=120)),
                ("note", PersonalField(null=True)),
                ("source_key", fields.CharField(default="", max_length=80)),
            ],
            options={
                "table": "contact_record",
                "app": "app",
                "pk_attr": "id",
                "table_description": "A call made, a text sent, a visit paid: by whom and with what result.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        default=CustomerKind.person,
                        description="person: person\ncompany: company",
                        enum_type=CustomerKind,
                        max_length=10,
                    ),
                ),
                ("branch_id", fields.BigIntField(null=True)),
                ("team_id", fields.BigIntField(null=True)),
                ("owner_id", fields.BigIntField(null=True)),
                ("name", PersonalField(null=True)),
                ("phone", PersonalField(null=True)),
                ("email", PersonalField(null=True)),
                ("id_number", PersonalField(null=True)),
                ("address", PersonalField(null=True)),
                ("language", fields.CharField(default="zh", max_length=10)),
                ("merged_into", fields.BigIntField(null=True)),
                ("extra", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={"table": "customer", "app": "app", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CustomerKey",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="source: source\nphone: phone\nphone_tail: phone_tail\nid_number: id_number\nid_tail: id_tail\nemail: email\nname: name\npinyin: pinyin\ninitials: initials",
                        enum_type=KeyKind,
                        max_length=12,
                    ),
                ),
                ("digest", fields.BinaryField()),
                ("customer_id", fields.BigIntField()),
            ],
            options={
                "table": "customer_key",
                "app": "app",
                "pk_attr": "id",
                "table_description": "The directory from a keyed hash to the borrowers who carry it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DayClose",
            fields=[
                ("to_date", fields.DateField(primary_key=True, unique=True, db_index=True)),
                ("from_date", fields.DateField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=CloseState.running,
                        description="running: running\ndone: done",
                        enum_type=CloseState,
                        max_length=10,
                    ),
                ),
                ("shard_count", fields.IntField()),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("actor", fields.CharField(max_length=160)),
                ("audit_id", fields.BigIntField()),
            ],
            options={
                "table": "day_close",
                "app": "app",
                "pk_attr": "to_date",
                "table_description": "The close that leads to business date `to_date`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DayCloseShard",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("to_date", fields.DateField()),
                ("shard", fields.IntField()),
                ("loans_changed", fields.IntField()),
                ("cases_changed", fields.IntField()),
                ("reminders_planned", fields.IntField(default=0)),
                ("took_ms", fields.IntField()),
                ("finished_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "day_close_shard",
                "app": "app",
                "unique_together": (("to_date", "shard"),),
                "pk_attr": "id",
                "table_description": "A shard's work for one date, written in the transaction that did it: its row is the proof.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Idempotency",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("actor", fields.CharField(max_length=160)),
                ("verb", fields.CharField(max_length=60)),
                ("key", fields.CharField(max_length=200)),
                ("input_digest", fields.BinaryField()),
                ("result", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "claimed_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "idempotency",
                "app": "app",
                "unique_together": (("actor", "verb", "key"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("digest", fields.BinaryField()),
                ("folder", fields.CharField(default="", max_length=300)),
                ("mapping", fields.TextField(default="", unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ImportState.waiting,
                        description="waiting: waiting\nchecking: checking\nrefused: refused\nchecked: checked\nwriting: writing\ndone: done\nfailed: failed",
                        enum_type=ImportState,
                        max_length=10,
                    ),
                ),
                ("rows_done", fields.BigIntField(default=0)),
                ("rows_total", fields.BigIntField(default=0)),
                ("error_count", fields.BigIntField(default=0)),
                ("counts", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("failure", fields.CharField(default="", max_length=500)),
                ("asked_by", fields.CharField(max_length=160)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={"table": "import_run", "app": "app", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportBatch",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "import_run",
                    fields.ForeignKeyField(
                        "app.ImportRun",
                        source_field="import_run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="batches",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("digest", fields.BinaryField()),
                ("row_count", fields.IntField()),
                ("written_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("audit_id", fields.BigIntField()),
            ],
            options={
                "table": "import_batch",
                "app": "app",
                "unique_together": (("import_run", "number"),),
                "pk_attr": "id",
                "table_description": "A batch that is in the book, by the digest of its rows: the same rows again change",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportProblem",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "import_run",
                    fields.ForeignKeyField(
                        "app.ImportRun",
                        source_field="import_run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="problems",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("file", fields.CharField(max_length=200)),
                ("line", fields.BigIntField(null=True)),
                ("column", fields.CharField(default="", max_length=120)),
                ("code", fields.CharField(max_length=60)),
                ("facts", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "import_problem",
                "app": "app",
                "pk_attr": "id",
                "table_description": "One error in one line of one file, with its mend. Holds no cell's full text: it may be",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Instalment",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField()),
                ("number", fields.IntField()),
                ("due_on", fields.DateField()),
                ("principal_minor", fields.BigIntField()),
                ("interest_minor", fields.BigIntField()),
                ("fee_minor", fields.BigIntField(default=0)),
                ("principal_paid_minor", fields.BigIntField(default=0)),
                ("interest_paid_minor", fields.BigIntField(default=0)),
                ("fee_paid_minor", fields.BigIntField(default=0)),
                ("settled_on", fields.DateField(null=True)),
            ],
            options={
                "table": "instalment",
                "app": "app",
                "pk_attr": "id",
                "table_description": "One row of the schedule, with what has been paid on it: a projection of the events.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LiveEvent",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("customer_id", fields.BigIntField()),
                ("case_id", fields.BigIntField()),
                ("from_stage", fields.CharField(default="", max_length=12)),
                ("to_stage", fields.CharField(default="", max_length=12)),
                ("client_id", fields.CharField(default="", max_length=64)),
            ],
            options={
                "table": "live_event",
                "app": "app",
                "pk_attr": "id",
                "table_description": "What the open boards must hear, in order; a browser that was away replays from its last",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Loan",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("product_id", fields.BigIntField(null=True)),
                ("source_number", fields.CharField(max_length=80)),
                ("currency", fields.CharField(max_length=3)),
                ("principal_minor", fields.BigIntField()),
                ("annual_rate", fields.DecimalField(null=True, max_digits=12, decimal_places=9)),
                ("method", fields.CharField(default="", max_length=40)),
                ("instalment_count", fields.IntField()),
                ("disbursed_on", fields.DateField()),
                ("matures_on", fields.DateField()),
                (
                    "status",
                    fields.CharEnumField(
                        default=LoanStatus.active,
                        description="active: active\nsettled: settled\nwritten_off: written_off\ntransferred: transferred",
                        enum_type=LoanStatus,
                        max_length=12,
                    ),
                ),
                ("closed_on", fields.DateField(null=True)),
                ("principal_left_minor", fields.BigIntField()),
                ("interest_left_minor", fields.BigIntField()),
                ("overdue_minor", fields.BigIntField(default=0)),
                ("overdue_since", fields.DateField(null=True)),
                ("bucket", fields.SmallIntField(default=0)),
                ("next_due_on", fields.DateField(null=True)),
                ("next_change_on", fields.DateField(null=True)),
                ("event_count", fields.IntField(default=1)),
                ("extra", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "loan",
                "app": "app",
                "pk_attr": "id",
                "table_description": "The terms, and the loan's present standing as of the business date.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LoanDirectory",
            fields=[
                (
                    "loan_id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("source_number", fields.CharField(unique=True, max_length=80)),
            ],
            options={
                "table": "loan_directory",
                "app": "app",
                "pk_attr": "loan_id",
                "table_description": "From the source system's number, unique over all borrowers, to borrower and loan.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LoanEvent",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField()),
                ("sequence", fields.IntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="opened: opened\npayment: payment\nreversal: reversal\nclosed: closed",
                        enum_type=EventKind,
                        max_length=20,
                    ),
                ),
                ("value_on", fields.DateField()),
                ("business_date", fields.DateField()),
                ("booked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("payload", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("audit_id", fields.BigIntField()),
            ],
            options={
                "table": "loan_event",
                "app": "app",
                "pk_attr": "id",
                "table_description": "What happened, in the order it was booked. Only ever added to.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LoanStanding",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField()),
                ("from_on", fields.DateField()),
                ("to_on", fields.DateField(null=True)),
                ("bucket", fields.SmallIntField()),
                ("overdue_since", fields.DateField(null=True)),
                ("overdue_minor", fields.BigIntField()),
                ("principal_left_minor", fields.BigIntField(null=True)),
            ],
            options={
                "table": "loan_standing",
                "app": "app",
                "pk_attr": "id",
                "table_description": "How a loan stood from `from_on` up to, not including, `to_on` (null: still stands so).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Outbox",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("topic", fields.CharField(max_length=60)),
                ("payload", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("hand_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("failure", fields.CharField(default="", max_length=500)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "outbox", "app": "app", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField()),
                ("event_id", fields.BigIntField()),
                ("reversal_event_id", fields.BigIntField(null=True)),
                ("amount_minor", fields.BigIntField()),
                ("principal_minor", fields.BigIntField()),
                ("interest_minor", fields.BigIntField()),
                ("fee_minor", fields.BigIntField(default=0)),
                ("surplus_minor", fields.BigIntField(default=0)),
                ("value_on", fields.DateField()),
                ("booked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("channel", fields.CharField(default="", max_length=40)),
                ("reference", fields.CharField(default="", max_length=120)),
            ],
            options={
                "table": "payment",
                "app": "app",
                "pk_attr": "id",
                "table_description": "Money received, and where it went. A wrong one is reversed, never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=40)),
                ("name", fields.CharField(max_length=120)),
                ("name_zh", fields.CharField(default="", max_length=120)),
                ("currency", fields.CharField(max_length=3)),
                ("method", fields.CharField(default="", max_length=40)),
            ],
            options={"table": "product", "app": "app", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Quarantine",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField()),
                ("to_date", fields.DateField()),
                ("code", fields.CharField(max_length=60)),
                ("facts", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "released_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("released_by", fields.CharField(default="", max_length=160)),
            ],
            options={
                "table": "quarantine",
                "app": "app",
                "pk_attr": "id",
                "table_description": "A loan that the close could not handle; the others went on.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RelatedParty",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField(null=True)),
                (
                    "role",
                    fields.CharEnumField(
                        description="guarantor: guarantor\nco_borrower: co_borrower\nemployer: employer\ncontact: contact",
                        enum_type=PartyRole,
                        max_length=12,
                    ),
                ),
                ("relation", fields.CharField(default="", max_length=60)),
                ("other_customer_id", fields.BigIntField(null=True)),
                ("name", PersonalField(null=True)),
                ("phone", PersonalField(null=True)),
                ("id_number", PersonalField(null=True)),
                ("address", PersonalField(null=True)),
                ("source_key", fields.CharField(default="", max_length=80)),
                ("extra", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "related_party",
                "app": "app",
                "pk_attr": "id",
                "table_description": "Somebody beside the borrower. He may be a customer too: named by id, without a foreign",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField()),
                ("instalment_number", fields.IntField()),
                (
                    "reason",
                    fields.CharEnumField(
                        description="due_soon: due_soon\ndue_today: due_today\noverdue: overdue",
                        enum_type=ReminderReason,
                        max_length=12,
                    ),
                ),
                ("days", fields.SmallIntField(default=0)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ReminderState.planned,
                        description="planned: planned\nsent: sent\nskipped: skipped\nfailed: failed\nuncertain: uncertain",
                        enum_type=ReminderState,
                        max_length=10,
                    ),
                ),
                ("state_reason", fields.CharField(default="", max_length=200)),
                ("planned_on", fields.DateField()),
                ("language", fields.CharField(default="", max_length=10)),
                ("message_id", fields.CharField(default="", max_length=200)),
                ("sending_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminder",
                "app": "app",
                "pk_attr": "id",
                "table_description": "One message to a borrower about one instalment for one reason on one day: never a second",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReportRun",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("kind", fields.CharField(max_length=40)),
                ("parameters", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "state",
                    fields.CharEnumField(
                        default=RunState.waiting,
                        description="waiting: waiting\nrunning: running\ndone: done\nfailed: failed",
                        enum_type=RunState,
                        max_length=10,
                    ),
                ),
                ("steps_done", fields.IntField(default=0)),
                ("steps_total", fields.IntField(default=0)),
                ("failure", fields.CharField(default="", max_length=300)),
                ("result", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("business_date", fields.DateField()),
                ("definition_version", fields.IntField(default=1)),
                ("asked_by_id", fields.BigIntField()),
                ("asked_by", fields.CharField(max_length=160)),
                ("row_scope", fields.CharField(max_length=10)),
                ("branch_id", fields.BigIntField(null=True)),
                ("team_id", fields.BigIntField(null=True)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "report_run",
                "app": "app",
                "pk_attr": "id",
                "table_description": "A report that somebody asked for: its questions, how far it is, and its figures.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecurityItem",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("loan_id", fields.BigIntField()),
                ("kind", fields.CharField(max_length=40)),
                ("description", fields.CharField(default="", max_length=300)),
                ("currency", fields.CharField(max_length=3)),
                ("lien_rank", fields.SmallIntField(null=True)),
                ("lien_registered_on", fields.DateField(null=True)),
                ("lien_reference", fields.CharField(default="", max_length=120)),
                ("insurer", fields.CharField(default="", max_length=120)),
                ("insured_until", fields.DateField(null=True)),
                ("expires_on", fields.DateField(null=True)),
                ("released_on", fields.DateField(null=True)),
                ("source_key", fields.CharField(default="", max_length=80)),
                ("extra", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "security_item",
                "app": "app",
                "pk_attr": "id",
                "table_description": "What secures a loan: collateral with its lien, insurance and expiry.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecurityValuation",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("customer_id", fields.BigIntField()),
                ("security_item_id", fields.BigIntField()),
                ("valued_on", fields.DateField()),
                ("value_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("valuer", fields.CharField(default="", max_length=120)),
            ],
            options={"table": "security_valuation", "app": "app", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ServiceToken",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("client", fields.CharField(max_length=120)),
                ("token_hash", fields.CharField(max_length=64)),
                ("scopes", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_by", fields.CharField(max_length=160)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "service_token",
                "app": "app",
                "pk_attr": "id",
                "table_description": "An integrator's bearer token. Printed once when made; only its hash is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignInAttempt",
            fields=[
                (
                    "state_hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("browser_hash", fields.CharField(max_length=64)),
                ("address_hash", fields.BinaryField()),
                ("nonce", fields.CharField(max_length=64)),
                ("code_verifier", fields.CharField(max_length=128)),
                ("next_path", fields.CharField(default="/", max_length=500)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "expires_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sign_in_attempt",
                "app": "app",
                "pk_attr": "state_hash",
                "table_description": "One tab on its way through the issuer. Its own row, so that two tabs do not disturb each",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "branch",
                    fields.ForeignKeyField(
                        "app.Branch",
                        source_field="branch_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="teams",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=40)),
                ("name", fields.CharField(max_length=120)),
            ],
            options={"table": "team", "app": "app", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("issuer", fields.CharField(max_length=300)),
                ("subject", fields.CharField(max_length=300)),
                ("name", fields.CharField(max_length=120)),
                ("email", fields.CharField(default="", max_length=254)),
                ("roles", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "branch",
                    fields.ForeignKeyField(
                        "app.Branch",
                        source_field="branch_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="users",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "team",
                    fields.ForeignKeyField(
                        "app.Team",
                        source_field="team_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="users",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("language", fields.CharField(default="", max_length=10)),
                ("theme", fields.CharField(default="auto", max_length=10)),
                ("density", fields.CharField(default="cosy", max_length=10)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "signed_in_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("barred_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "user_account",
                "app": "app",
                "unique_together": (("issuer", "subject"),),
                "pk_attr": "id",
                "table_description": "A person, known by issuer and subject: two people may share an e-mail address, never these",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                (
                    "id_hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "app.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("id_token", fields.BinaryField(null=True)),
                ("issuer_session", fields.CharField(default="", max_length=300)),
                ("user_agent", fields.CharField(default="", max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "expires_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "app",
                "pk_attr": "id_hash",
                "table_description": "A signed-in browser. Its cookie holds a random id of which only the hash is kept here.",
            },
            bases=["Model"],
        ),
    ]
