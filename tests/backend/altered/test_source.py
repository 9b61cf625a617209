"""Two versions of a source: the blocks in which what differs can be noticed, and when nobody can say."""

from __future__ import annotations

import pytest

from harness.backend.altered.blocks import Block, Unknown
from harness.backend.altered.source import Used, altered
from harness.backend.altered.users import users

OLD = '''"""Doc."""
import os
RATE = 3
debug = False


def price(order):
    """What it costs."""
    if order:
        total = 1
        return RATE
    try:
        look(order)
    except ValueError:
        total = 2
    else:
        total = 4
    for line in order:
        cost = line
    with order as kept:
        kept.pay()
    return total


@registered
def made():
    return 1


class Order:
    kind = 1

    def pay(self):
        def inner():
            return 7
        return inner()

    @property
    def open(self):
        return 1
'''
PRICE = Block(at="price", lines=(8, 22))


def changed(*pairs: tuple[str, str]) -> str:
    text = OLD
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([("total = 1", "total = 9")], (Block(at="price", lines=(10, 11)),)),
        ([("total = 2", "total = 9")], (Block(at="price", lines=(15, 15)),)),
        ([("total = 4", "total = 9")], (Block(at="price", lines=(17, 17)),)),
        ([("cost = line", "cost = line + 1")], (Block(at="price", lines=(19, 19)),)),
        ([("kept.pay()", "kept.pay(1)")], (Block(at="price", lines=(21, 21)),)),
        ([("if order:", "if not order:")], (PRICE,)),
        ([("return total", "return total + 1")], (PRICE,)),
        ([("except ValueError:", "except KeyError:")], (PRICE,)),
        ([("        total = 2\n", "        total = 2\n        log()\n")], (Block(at="price", lines=(15, 15)),)),
        ([("    for line in order:\n        cost = line\n", "")], (PRICE,)),
        ([("total = 1", "extra = 9")], (PRICE,)),
        ([("cost = line", "yield line")], (PRICE,)),
        ([("cost = line", "global cost; cost = line")], (PRICE,)),
        ([("return 7", "return 8")], (Block(at="Order.pay.inner", lines=(35, 35)),)),
        ([("def inner():", "def inner(a=1):")], (Block(at="Order.pay", lines=(34, 36)),)),
        ([("    def open(self):\n        return 1", "    def open(self):\n        return 2")], (Block(at="Order.open", lines=(40, 40)),)),
        ([("total = 1", "total = 9"), ("cost = line", "cost = 0")], (Block(at="price", lines=(10, 11)), Block(at="price", lines=(19, 19)))),
        ([("RATE = 3", "RATE = 4")], (Used(name="RATE"),)),
        ([("class Order:", "def other():\n    return 1\n\n\nclass Order:")], (Used(name="other", new=True),)),
        ([("import os", "import os\nimport json\nfrom django.db import connection")], ()),
        ([("# ", "# ")] if "# " in OLD else [("RATE = 3", "RATE = 3  # three")], ()),
        ([("    return total\n", "\n\n    return total\n")], ()),
    ],
)  # fmt: skip
def test_a_difference_is_told_by_the_smallest_block_that_decides_who_notices_it(pairs, found):
    """Claim: the branch, loop or handler in which it stands; the function where a condition, a name's scope or the kind of function is
    another one; nothing for comments, layout and imports of what is imported anyway."""
    assert altered(OLD, changed(*pairs), {"django"}) == found


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([("debug = False", "debug = True")], "what stands at its top is otherwise"),
        ([('"""Doc."""', '"""Other."""')], "what stands at its top is otherwise"),
        ([("import os", "import os\nimport somewhere")], "what stands at its top is otherwise"),
        ([("import os", "import os\nfrom django.db import price")], "a name is another one"),
        ([("class Order:", "@registered\ndef other():\n    return 1\n\n\nclass Order:")], "what stands at its top is otherwise"),
        ([("def price(order):", "def price(order, more=1):")], "the head of price is otherwise"),
        ([("@registered\n", "@registered(late=True)\n")], "the head of made is otherwise"),
        ([("    kind = 1", "    kind = 2")], "the class Order is otherwise"),
        ([("class Order:", "class Order(Base):")], "the class Order is otherwise"),
        ([("    def pay(self):", "    def save(self):\n        pass\n\n    def pay(self):")], "the class Order is otherwise"),
        ([("    @property\n", "")], "the head of Order.open is otherwise|the class Order is otherwise"),
        ([("def made():\n    return 1\n", "def gone():\n    return 1\n")], "what stands at its top is otherwise"),
        ([("class Order:", "class Order(:")], "no Python"),
    ],
)  # fmt: skip
def test_what_is_evaluated_at_import_is_unknown(pairs, why):
    """Claim: whatever stands outside functions can be noticed from anywhere, but for a constant and a new function."""
    with pytest.raises(Unknown, match=why):
        altered(OLD, changed(*pairs), {"django"})


USING = {
    "shop/rates.py": "RATE = 3\n",
    "shop/price.py": "from shop.rates import RATE\n\n\ndef price():\n    x = 1\n    return RATE * x\n\n\ndef other():\n    return 2\n",
    "shop/late.py": "from shop import rates\n\n\nclass Late:\n    def pay(self):\n        return rates.RATE\n",
}


def test_who_uses_a_constant_is_known_by_name():
    """Claim: each function that names it, whether imported or through its module; not who does not."""
    assert sorted((path, block.at) for path, block in users("RATE", USING)) == [
        ("shop/late.py", "pay"),
        ("shop/price.py", "price"),
    ]
    assert list(users("NONE", USING)) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop/top.py", "from shop.rates import RATE\nDOUBLE = RATE * 2\n"),
        ("shop/default.py", "from shop.rates import RATE\n\n\ndef f(rate=RATE):\n    return rate\n"),
        ("shop/renamed.py", "from shop.rates import RATE as R\n"),
        ("shop/text.py", 'WANTED = ["RATE"]\n'),
        ("shop/star.py", "from shop.rates import *  # RATE\n"),
        ("shop/page.html", "{{ RATE }}"),
    ],
)
def test_who_uses_it_outside_functions_is_unknown(path, text):
    """Claim: at the top of a module, as a default, under another name, in a text, through a star, in a template."""
    with pytest.raises(Unknown):
        list(users("RATE", {**USING, path: text}))
