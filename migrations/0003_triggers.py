"""What may only be added to, and the rows a new book starts with. Can be run again at any time."""

from tortoise import migrations
from tortoise.migrations import operations as ops

APPEND_ONLY = ("audit_entry", "audit_seal", "loan_event", "case_event")

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def _guards(table: str) -> list[str]:
    return [
        f"CREATE OR REPLACE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE OR REPLACE TRIGGER {table}_all BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


SEEDS = [
    "INSERT INTO audit_head (chain, sequence, hash)"
    " SELECT chain, 0, decode(repeat('00', 32), 'hex') FROM generate_series(0, 32) AS chain"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO business_day (id, on_date, opened_at) VALUES (1, current_date, now())"
    " ON CONFLICT DO NOTHING",
]


class Migration(migrations.Migration):
    dependencies = [("app", "0002_shape")]

    operations = [
        ops.RunSQL([_REFUSE, *(sql for table in APPEND_ONLY for sql in _guards(table)), *SEEDS])
    ]
