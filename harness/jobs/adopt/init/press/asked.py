"""Asked in the target's own shell: what each of its views reads of a request, and how a caller shows who it is.

Longer than 260 lines: it is sent there as one text, and imports nothing of the harness. Whatever Python runs it: nothing in it is newer than 3.8. Nothing is called but the constructors of
serializers and forms.
"""

import ast
import importlib
import inspect
import json
import re
import textwrap

TOKEN = "replay-0000000000000000"
HEADER = re.compile(r"headers?(?:\.get\(|\[)\s*['\"]([A-Za-z][\w-]+)['\"]|['\"]HTTP_([A-Z0-9_]+)['\"]")
REQUEST, VIEW = "request", "view"
READERS, SENDERS, LOOKS = ("get", "pop", "getlist"), ("delay", "apply_async"), ("filter", "get", "get_object_or_404")
BODY = ("data", "POST", "body", "json")


def told(asked):
    """asked {"views": [[view, method, action]], "guards": [dotted names of what looks at callers]} -> the same of each, in order."""
    views = []
    for view, method, action in asked["views"]:
        try:
            views.append(_view(_resolved(view), method, action))
        except Exception as error:
            views.append(
                {"keys": {}, "fields": [], "models": [], "model": "", "why": f"{type(error).__name__}: {error}"}
            )
    return {"views": views, "keys": [one for guard in asked["guards"] for one in _quietly(_caller, guard)]}


def _quietly(ask, *words):
    try:
        return ask(*words)
    except Exception:
        return []


def _resolved(dotted):
    parts = dotted.split(".")
    for n in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:n]))
        except ImportError:
            continue
        for name in parts[n:]:
            found = getattr(found, name, None)
        return found
    return None


def _handlers(view, method, action):
    """The functions that see the request, the view's own before what it inherits."""
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None) or (view if inspect.isclass(view) else None)
    if kind is None:
        return None, [inspect.unwrap(view)]
    names = [action, "perform_" + action, "get_serializer_class"] if action else [method.lower(), "form_valid"]
    found = [getattr(kind, name, None) for name in names]
    inner = [_closed_over(one) for one in found if one is not None]
    return kind, inner


def _closed_over(function):
    """@api_view hides a function in the closure of the method that it makes."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    if "func" in names:
        return inspect.unwrap(function.__closure__[names.index("func")].cell_contents)
    return inspect.unwrap(function)


def _view(view, method, action):
    kind, handlers = _handlers(view, method, action)
    answer = {"keys": {}, "fields": [], "models": [], "model": "", "why": "", "calls": []}
    queryset = getattr(kind, "queryset", None)
    if queryset is not None:
        answer["model"] = queryset.model._meta.label
    own = None
    for function in handlers:
        given = getattr(function, "kwargs", None) or {}
        own = own or given.get("serializer_class")
        _function(function, kind, answer)
    if not answer["fields"] and (
        own is not None or action in ("create", "update") or (method == "POST" and not answer["keys"])
    ):
        answer["fields"] = _quietly(
            _fields, own or getattr(kind, "serializer_class", None) or getattr(kind, "form_class", None)
        )
    return answer


def _function(function, kind, answer):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    known = dict(getattr(function, "__globals__", {}))
    for node in ast.walk(tree):  # what is imported where it is used
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            try:
                module = importlib.import_module(node.module)
            except ImportError:
                continue
            known.update({one.asname or one.name: getattr(module, one.name, None) for one in node.names})
    carriers, named = set(), {}
    for node in ast.walk(tree):
        named_one = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if named_one and _read(node.value, carriers) is None and _of_request(node.value, carriers):
            carriers.add(node.targets[0].id)
        if isinstance(node, ast.Name) and inspect.isclass(known.get(node.id)):
            found = known[node.id]
            if hasattr(found, "_meta") and hasattr(found._meta, "label"):
                answer["models"].append(found._meta.label)
            elif not answer["fields"] and (hasattr(found, "_declared_fields") or hasattr(found, "base_fields")):
                answer["fields"] = _quietly(_fields, found)
        if isinstance(node, ast.Attribute) and node.attr in SENDERS:
            answer["calls"].append(node.attr)
    for node in ast.walk(tree):
        read = _read(node, carriers)
        if read is not None:
            name, default = read
            one = answer["keys"].setdefault(name, {"needed": False, "choices": []})
            one["needed"] = one["needed"] or default is None or not getattr(default, "value", True) or _empty(default)
    for node in ast.walk(tree):
        for target, value in _pairs(node):
            read = _first_read(value, carriers)
            if read is not None:
                named[target] = read
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            left, right = node.left, _value(node.comparators[0], known)
            key = named.get(getattr(left, "id", "")) or (_read(left, carriers) or [""])[0]
            if key in answer["keys"] and isinstance(right, (set, frozenset, list, tuple, dict)):
                answer["keys"][key]["choices"] = sorted(one for one in right if isinstance(one, (str, int)))


def _pairs(node):
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=False):
                    if isinstance(one, ast.Name):
                        yield one.id, value


def _first_read(value, carriers):
    for node in ast.walk(value):
        read = _read(node, carriers)
        if read is not None:
            return read[0]
    return None


def _of_request(node, carriers):
    """Whether it is the body of a request, or made of it."""
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and one.attr in BODY and _last(one.value) == REQUEST:
            return True
        if isinstance(one, ast.Attribute) and one.attr in ("validated_data", "cleaned_data"):
            return True
        if isinstance(one, ast.Call) and any(_last(word) == REQUEST for word in one.args) and _last(one.func) != VIEW:
            return True
        if isinstance(one, ast.Name) and one.id in carriers and isinstance(one.ctx, ast.Load):
            return True
    return False


def _last(node):
    return getattr(node, "attr", None) or getattr(node, "id", "")


def _read(node, carriers):
    """(key, its default or None) where `node` reads one key of the body."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
        key = node.args[0] if node.args else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and _carries(node.func.value, carriers):
            return key.value, node.args[1] if len(node.args) > 1 else None
    if isinstance(node, ast.Subscript) and _carries(node.value, carriers):
        key = getattr(node.slice, "value", node.slice)
        key = getattr(key, "value", key)
        if isinstance(key, str):
            return key, None
    return None


def _carries(node, carriers):
    if isinstance(node, ast.Name):
        return node.id in carriers
    return isinstance(node, ast.Attribute) and node.attr in BODY and _last(node.value) == REQUEST


def _empty(node):
    return isinstance(node, (ast.List, ast.Dict, ast.Tuple)) and not getattr(node, "elts", getattr(node, "keys", None))


def _value(node, known):
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, known), node.attr, None)
    try:
        return ast.literal_eval(node)
    except (ValueError, SyntaxError):
        return None


def _fields(kind):
    found = []
    made = kind() if hasattr(kind, "_declared_fields") else None
    for name, field in (made.fields if made is not None else kind.base_fields).items():
        if getattr(field, "read_only", False) or type(field).__name__ == "HiddenField":
            continue
        related = getattr(field, "child_relation", field)
        queryset = getattr(related, "queryset", None)
        choices = (
            [] if queryset is not None else [one for one in dict(getattr(field, "choices", None) or {}) if one != ""]
        )
        found.append(
            {
                "name": name,
                "kind": type(field).__name__,
                "required": bool(field.required),
                "choices": choices,
                "many": hasattr(field, "child_relation") or hasattr(field, "child"),
                "model": queryset.model._meta.label if queryset is not None else "",
                "least": getattr(field, "min_" + "value", None),
                "longest": getattr(field, "max_length", None),
            }
        )
    return found


def _caller(dotted):
    """How what stands at `dotted` knows a caller: [{"header", "model", "values", "lists", "keyword"}], as far as it can be read."""
    found = _resolved(dotted)
    module = inspect.getmodule(found)
    text = inspect.getsource(found)
    scheme = getattr(found, "keyword", None)
    if isinstance(scheme, str) and hasattr(found, "get_model"):
        return [
            {
                "header": f"Authorization: {scheme} {{token}}",
                "model": found().get_model()._meta.label,
                "values": {},
                "lists": [],
                "mint": True,
            }
        ]
    headers = [one or other.replace("_", "-").title() for one, other in HEADER.findall(text)]
    headers = [
        one
        for one in headers
        if one.lower() not in ("authorization", "user-agent", "host", "x-forwarded-for", "content-type", "accept")
    ]
    if not headers:
        return []
    known, answers = vars(module), []
    for node in ast.walk(ast.parse(textwrap.dedent(text))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKS):
            continue
        models = [
            known[one.id]
            for one in ast.walk(node.func)
            if isinstance(one, ast.Name) and hasattr(known.get(one.id), "_meta")
        ]
        if not models or not node.keywords:
            continue
        values = {}
        for word in node.keywords:
            if word.arg is None or "__" in word.arg:
                continue
            names = {one.id: TOKEN for one in ast.walk(word.value) if isinstance(one, ast.Name) and one.id not in known}
            try:
                values[word.arg] = eval(compile(ast.Expression(word.value), "guard", "eval"), dict(known), names)
            except Exception:
                continue
        if values:
            answers.append(
                {
                    "header": f"{headers[0]}: {{token}}",
                    "model": models[0]._meta.label,
                    "values": values,
                    "lists": _words(module),
                    "mint": False,
                }
            )
    return answers


def _words(module):
    """Short texts that the module compares or chooses: what scopes and roles are called."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, SyntaxError):
        return []
    picked = [
        one
        for node in ast.walk(tree)
        if isinstance(node, (ast.IfExp, ast.Compare, ast.Dict, ast.Set, ast.List))
        for one in ast.walk(node)
    ]
    said = [one.value for one in picked if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return sorted({one for one in said if re.match(r"^[a-z][a-z_:.-]{1,20}$", one)})


def answer(text):
    return json.loads(json.dumps(told(json.loads(text)), default=str))
