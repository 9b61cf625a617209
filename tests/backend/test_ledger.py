"""[ledger]: whatever is there is mapped, whatever is wrong is refused in one line with what to do."""

from __future__ import annotations

import tomllib

import pytest

from harness.backend import ledger
from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.ledger import Ledger, Part, Sign

TABLES = {kind: Table(kind=kind, table=f"shop_{kind}") for kind in ("account", "wallet", "entry", "usage")}

WALLET = """\
unit = "decimal"
decimals = 4
accounts = "account"
[balance]
table = "wallet"
column = "balance"
account = "owner_id"
[movements]
table = "billing.entries"
key = "uuid"
amount = "amount"
account = "owner_id"
type = "what"
sign = { column = "direction", out = "spend", in = ["topup", "back"] }
types = { deduction = ["usage", "charge"], refund = "back" }
[usage]
sql = "SELECT * FROM ai_usage;"
account = "owner_id"
cost = "usd"
cost_decimals = 6
"""


def read(text: str) -> Ledger:
    return ledger.placed("harness.toml", ledger.read("harness.toml", tomllib.loads(text)), TABLES)


def test_every_part_is_read_as_it_is():
    """Kinds, tables of any schema, queries; words of the target into ours."""
    assert read(WALLET) == Ledger(
        unit="decimal",
        decimals=4,
        cost_decimals=6,
        accounts="account",
        balance=Part(kind="wallet", columns={"column": "balance", "account": "owner_id"}),
        movements=Part(
            kind="ledger.movements",
            relation="billing.entries",
            key="uuid",
            columns={"account": "owner_id", "amount": "amount", "type": "what"},
        ),
        usage=Part(kind="ledger.usage", sql="SELECT * FROM ai_usage", columns={"account": "owner_id", "cost": "usd"}),
        sign=Sign(how="column", column="direction", out=("spend",), into=("topup", "back")),
        types={"usage": "deduction", "charge": "deduction", "back": "refund"},
    )


def test_no_ledger_is_a_ledger_without_parts():
    """A target that keeps no money is judged by what is left."""
    empty = read("")
    assert (empty.balance, empty.movements, empty.usage, empty.kinds) == (None, None, None, frozenset())


def test_a_table_of_tables_is_found_by_its_own_name_too():
    """Whoever writes the table's name means its kind: rows are not read twice."""
    found = read('[balance]\ntable = "shop_account"\ncolumn = "credits"\naccount = "id"')
    assert found.balance == Part(kind="account", columns={"column": "credits", "account": "id"})
    assert found.accounts == "account"


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("[movements]", "[movement]", "unknown key 'movement' in [ledger]", "did you mean 'movements'?"),
        ('amount = "amount"', 'amout = "amount"', "unknown key 'amout' in [ledger.movements]", "did you mean 'amount'?"),
        ('cost = "usd"', 'cost_usd = "usd"', "unknown key 'cost_usd' in [ledger.usage]", "did you mean 'cost'?"),
        ('amount = "amount"\n', "", "[ledger.movements] lacks 'amount'", ""),
        ('"decimal"', '"decimals"', "ledger.unit 'decimals' is not known", "did you mean 'decimal'?"),
        ('"account"', '"acount"', "ledger.accounts names the unknown table kind 'acount'", "did you mean 'account'?"),
        ('accounts = "account"\n', "accounts = 1\n", "ledger.accounts must be text, not 1", ""),
        ('table = "wallet"', 'table = "wallet"\nsql = "SELECT"', "[ledger.balance] needs one of table and sql", ""),
        ('table = "wallet"', 'table = "wallet"\nkey = "id"', "[ledger.balance] has a key", "rows of [tables.wallet] are told apart by the table's own; take it out"),
        ("sql = \"SELECT * FROM ai_usage;\"\n", "", "[ledger.usage] needs one of table and sql", ""),
        ("refund =", "refunds =", "unknown key 'refunds' in [ledger.movements.types]", "did you mean 'refund'?"),
        ('refund = "back"', 'refund = "usage"', "ledger.movements.types: 'usage' is both deduction and refund", "a word means one thing"),
        ('type = "what"\n', "", "[ledger.movements] maps words in types, and no type is mapped", 'add type = "COLUMN"'),
        ("in = [", "into = [", "unknown key 'into' in [ledger.movements.sign]", "did you mean 'in'?"),
        ('sign = { column = "direction", out = "spend", in = ["topup", "back"] }', 'sign = "by kind"', "ledger.movements.sign 'by kind' is not known", '"signed", "by type", or { column, out, in }'),
        ("cost_decimals = 6", "cost_decimals = -1", "ledger.usage.cost_decimals -1 is not a number of decimals", "0 or more"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_in_one_line(old, new, message, hint):
    """With the nearest word where there is one."""
    assert old in WALLET
    with pytest.raises(HarnessError) as error:
        read(WALLET.replace(old, new, 1))
    assert error.value.message == f"harness.toml: {message}"
    assert hint in error.value.hint
    assert error.value.code in ("config-unknown-key", "config-value")


def test_by_type_needs_a_type():
    with pytest.raises(HarnessError) as error:
        read('[movements]\ntable = "entry"\namount = "n"\nsign = "by type"')
    assert error.value.message == 'harness.toml: ledger.movements.sign is "by type" and no type is mapped'


def test_whose_money_it_is_must_be_said_where_no_balance_says_it():
    """A column of the account without a kind of account would name nobody."""
    with pytest.raises(HarnessError) as error:
        read('[movements]\ntable = "entry"\namount = "n"\naccount = "tenant_id"')
    assert error.value.message == "harness.toml: [ledger] names a column of the account, and not what an account is"
