"""What a view takes and asks of its caller: methods, actions, authentication, permissions, pagination."""

import inspect

from . import names

OF_DJANGO = ("HEAD", "OPTIONS")
"""Methods that every view answers, which say nothing of it."""


def told(callback, root):
    kind = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    shown = kind if kind is not None else _innermost(callback)
    view = names.dotted(shown)
    if getattr(kind, "__qualname__", "").endswith("WrappedAPIView"):
        # @api_view makes a class for each function, and gives it the function's name and module
        view = f"{kind.__module__}.{kind.__name__}"
    rest = kind is not None and hasattr(kind, "permission_classes") and hasattr(kind, "authentication_classes")
    given = getattr(callback, "initkwargs", None) or getattr(callback, "view_initkwargs", None) or {}
    actions = dict(getattr(callback, "actions", None) or {})
    return {
        "view": view,
        "own": names.own(getattr(shown, "__module__", ""), root),
        "methods": _methods(callback, kind, actions),
        "actions": {method.upper(): name for method, name in sorted(actions.items())},
        "authentication": _classes(given, kind, "authentication_classes") if rest else [],
        "permissions": (_classes(given, kind, "permission_classes") if rest else []) + _guards(callback, kind),
        "pagination": _pagination(given, kind) if rest else _paginated(kind),
        "csrf_exempt": bool(getattr(callback, "csrf_exempt", False)),
        "decided_in_code": _decided(kind) if rest else [],
        "wrapped_in": _decorators(callback, root),
    }


def _methods(callback, kind, actions):
    if actions:
        return sorted(method.upper() for method in actions if method.upper() not in OF_DJANGO)
    if kind is None:
        return sorted(_of_decorators(callback))
    found = {method.upper() for method in kind.http_method_names if hasattr(kind, method)}
    if getattr(kind, "options", None) is not None and _defined_by_target(kind, "options"):
        return sorted(found - {"HEAD"})
    return sorted(found - set(OF_DJANGO))


def _defined_by_target(kind, name):
    owner = next((one for one in kind.__mro__ if name in vars(one)), kind)
    return not owner.__module__.startswith(("django.", "rest_framework."))


def _of_decorators(callback):
    """What require_http_methods allows; nothing where no decorator says it."""
    for function in _wrapped(callback):
        allowed = _closure(function).get("request_method_list")
        if allowed:
            return [method for method in allowed if method not in OF_DJANGO or list(allowed) == [method]]
    return []


def _wrapped(callback):
    """The callback and what it wraps, outermost first."""
    seen = []
    while callback is not None and callback not in seen:
        seen.append(callback)
        callback = getattr(callback, "__wrapped__", None)
    return seen


def _innermost(callback):
    return _wrapped(callback)[-1]


def _decorators(callback, root):
    """The target's own decorators around a view, outermost first: what they ask of a caller only they know."""
    around = _wrapped(callback)[:-1]
    return [
        _decorator(one) for one in around if hasattr(one, "__code__") and names.is_own(one.__code__.co_filename, root)
    ]


def _decorator(function):
    """The function of the module that made this one: functools.wraps has given it the name of what it wraps."""
    code, scope = function.__code__, function.__globals__
    for name, thing in sorted(scope.items()):
        if callable(thing) and _makes(getattr(thing, "__code__", None), code):
            return "{}.{}".format(scope.get("__name__", ""), name)
    return "{}.{}".format(scope.get("__name__", ""), code.co_name)


def _makes(outer, inner):
    found = [one for one in getattr(outer, "co_consts", ()) if hasattr(one, "co_consts")]
    return inner in found or any(_makes(one, inner) for one in found)


def _closure(function):
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None)
    if code is None or not cells:
        return {}
    found = {}
    for n, name in enumerate(code.co_freevars):
        try:
            found[name] = cells[n].cell_contents
        except ValueError:  # a cell that was never filled
            continue
    return found


def _guards(callback, kind):
    """login_required and its like as a decorator, a mixin, or the middleware that asks every view."""
    found = []
    for function in _wrapped(callback):
        held = _closure(function)
        if "test_func" in held and ("login_url" in held or hasattr(function, "login_url")):
            found.append(_guard(held["test_func"]))
    if kind is not None:
        found += [
            names.dotted(one) for one in kind.__mro__
            if one.__module__ == "django.contrib.auth.mixins" and one.__name__ != "AccessMixin"
        ]  # fmt: skip
    from django.conf import settings

    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    if middleware in settings.MIDDLEWARE and getattr(callback, "login_required", True):
        found.append(middleware)
    return found


def _guard(test):
    """The decorator that holds a test: login_required, permission_required, or user_passes_test with whose test."""
    where = names.dotted(test)
    if not where.startswith(("django.contrib.auth.decorators.", "django.contrib.admin.")):
        return f"django.contrib.auth.decorators.user_passes_test({where})"
    return where.split(".<locals>")[0]


def _classes(given, kind, name):
    found = given.get(name, getattr(kind, name, ()))
    return [_operand(one) for one in found or ()]


def _operand(one):
    """A class, or DRF's (A | B), (A & B), ~A."""
    operator = getattr(one, "operator_class", None)
    if operator is None:
        return names.dotted(one)
    sign = {"AND": "&", "OR": "|", "NOT": "~"}.get(operator.__name__, operator.__name__)
    if not hasattr(one, "op2_class"):
        return sign + _operand(one.op1_class)
    return f"({_operand(one.op1_class)} {sign} {_operand(one.op2_class)})"


def _pagination(given, kind):
    found = given.get("pagination_class", getattr(kind, "pagination_class", None))
    return names.dotted(found) if found else ""


def _paginated(kind):
    return "django.core.paginator.Paginator" if getattr(kind, "paginate_by", None) else ""


def _decided(kind):
    """What the view decides for each request: functions that it has in place of DRF's own."""
    functions = {"get_authenticators": "authentication", "get_permissions": "permissions", "paginator": "pagination"}
    found = []
    for name, what in functions.items():
        owner = next((one for one in inspect.getmro(kind) if name in vars(one)), None)
        if owner is not None and not owner.__module__.startswith("rest_framework."):
            found.append(what)
    return found
