"""Who one can sign in as. They also exist as rows, in branches and teams; see
`app.identity.staff`."""

import msgspec

from app.i18n import N_
from app.permission import Role

# How an issuer's address ends when it is this provider.
ISSUER_PATH = "/dev/idp"


class Place(msgspec.Struct, frozen=True):
    """A branch, or a team of one."""

    code: str
    # As the row is called, and the English for readers of the sign-in page.
    name: str
    english: str
    branch: str = ""


class Person(msgspec.Struct, frozen=True):
    subject: str
    name: str
    role: Role
    place: str
    language: str = "zh-CN"

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset({self.role})

    @property
    def email(self) -> str:
        return f"{self.subject}@lender.example"


BRANCHES = (
    Place("head-office", "总部", N_("Head office")),
    Place("hangzhou", "杭州分行", N_("Hangzhou branch")),
    Place("shenzhen", "深圳分行", N_("Shenzhen branch")),
)
TEAMS = (
    Place("east-1", "华东一组", N_("East team 1"), branch="hangzhou"),
    Place("east-2", "华东二组", N_("East team 2"), branch="hangzhou"),
    Place("south-1", "华南一组", N_("South team 1"), branch="shenzhen"),
)

# The first of each role, in the order of their number keys.
PEOPLE = (
    Person("he.wei", "何薇", Role.collector, "east-1"),
    Person("xu.jing", "许静", Role.lead, "east-1"),
    Person("zhao.yiming", "赵一鸣", Role.credit_manager, "hangzhou"),
    Person("anna.koch", "Anna Koch", Role.risk_officer, "head-office", language="en"),
    Person("sun.yue", "孙悦", Role.service, "head-office"),
    Person("chen.liqun", "陈立群", Role.management, "head-office"),
    Person("zhou.kai", "周凯", Role.administrator, "head-office"),
)
COLLEAGUES = (
    Person("wu.hao", "吴昊", Role.collector, "east-1"),
    Person("marta.silva", "Marta Silva", Role.collector, "east-1", language="en"),
    Person("lin.siyuan", "林思远", Role.collector, "east-2"),
    Person("tang.min", "唐敏", Role.collector, "east-2"),
    Person("daniel.okafor", "Daniel Okafor", Role.lead, "south-1", language="en"),
    Person("luo.jiaqi", "罗佳琪", Role.collector, "south-1"),
    Person("zheng.haoran", "郑浩然", Role.collector, "south-1"),
)
EVERYBODY = PEOPLE + COLLEAGUES

PLACES = {place.code: place for place in BRANCHES + TEAMS}
_TEAM_CODES = {team.code for team in TEAMS}


def person_of(subject: str) -> Person | None:
    return next((person for person in EVERYBODY if person.subject == subject), None)


def team_code(person: Person) -> str:
    """Empty for who belongs to a branch or to the head office only."""
    return person.place if person.place in _TEAM_CODES else ""


def branch_code(person: Person) -> str:
    return PLACES[person.place].branch or person.place
