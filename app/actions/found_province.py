"""The first office and its admin, in a database that has none: from then on admins add the rest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.facts import JOB, About, OfficeLevel, Role
from app.rules.offices import path_under
from app.rules.policy import parse_policy
from app.store import accounts, boundaries, effects, offices, policies

FOUNDED = uuid5(NAMESPACE_URL, "zhifang:founded")


@dataclass(frozen=True)
class Founding:
    """A province with the person who will add its offices and users, and the policy that holds until a county has its
    own. The password is a hash (`change_users.hashed`), the policy TOML text.
    """

    code: str
    name: str
    login: str
    person: str
    password_hash: str
    policy: str


def found_province(tx: Connection, founding: Founding, *, now: datetime) -> UUID:
    """Write the province, its admin and its policy; gives the office's id.

    For whoever runs the service: no route leads here. Refused where the adcode is no province's, Conflict where the
    office or the log-in is there already. PolicyError for a faulty policy.
    """
    office_id = uuid5(FOUNDED, founding.code)
    admin_id = uuid5(office_id, founding.login)
    path = path_under(None, OfficeLevel.PROVINCE, founding.code)
    policy = parse_policy(founding.policy)
    offices.add(
        tx,
        offices.NewOffice(office_id, founding.code, OfficeLevel.PROVINCE, founding.name, None, path, None, now),
    )
    accounts.add_user(
        tx, accounts.NewUser(admin_id, founding.login, founding.person, None, founding.password_hash, now)
    )
    accounts.give_role(tx, uuid5(admin_id, Role.ADMIN), admin_id, Role.ADMIN, office_id, now=now)
    policies.add_version(tx, uuid5(office_id, "policy"), office_id, policy, in_force_from=now, created_by=None, now=now)
    boundaries.load_province(tx, founding.code[:2], now=now)
    act = WriteAudit(now, JOB, "province.found", object=About("office", office_id))
    effects.apply(tx, [Decision((act,))])
    return office_id
