"""The URL conf, walked to its leaves: each route as a template."""

import re

from . import names, views


def told(root):
    from django.conf import settings
    from django.urls import get_resolver

    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    return [_route(*leaf, root) for leaf in _leaves(get_resolver().url_patterns, "/", "", [], [])]


def _leaves(patterns, template, regex, parameters, spaces):
    """(template, regex, parameters, qualified name, pattern) of every pattern below."""
    for one in patterns:
        piece, more = _piece(one.pattern)
        whole = template + (piece[1:] if piece.startswith("/") and template.endswith("/") else piece)
        raw, known = regex + str(one.pattern), parameters + more
        if hasattr(one, "url_patterns"):
            inner = spaces + ([one.namespace] if one.namespace else [])
            yield from _leaves(one.url_patterns, whole, raw, known, inner)
        else:
            yield whole, raw, known, ":".join([*spaces, one.name or ""]) if one.name else "", one


def _piece(pattern):
    """(template, parameters) of one part of the conf."""
    if hasattr(pattern, "_route"):
        converters = pattern.converters
        template = re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", str(pattern._route))
        return template, [
            {"name": name, "converter": _converter(one), "regex": str(getattr(one, "regex", ""))}
            for name, one in converters.items()
        ]
    if hasattr(pattern, "language_prefix"):
        return str(pattern.language_prefix), []
    return _of_regex(str(pattern._regex))


def _converter(one):
    from django.urls.converters import get_converters

    known = {type(made): name for name, made in get_converters().items()}
    return known.get(type(one)) or names.dotted(one)


def _of_regex(regex):
    """A regular expression as a template: each outermost group is a parameter, unnamed ones are counted from 0."""
    out, parameters, at = [], [], 0
    while at < len(regex):
        char = regex[at]
        if char == "\\" and at + 1 < len(regex):
            if regex[at + 1] not in "AZbBzG":
                out.append(regex[at + 1] if not regex[at + 1].isalnum() else "{" + "\\" + regex[at + 1] + "}")
            at += 2
            continue
        if char == "(":
            end = _closing(regex, at)
            named = re.match(r"\(\?P<(\w+)>", regex[at:])
            inner = regex[at + (named.end() if named else 1) : end]
            if named or not inner.startswith("?"):
                name = named.group(1) if named else str(sum(one["name"].isdigit() for one in parameters))
                out.append(f"{{{name}}}")
                parameters.append({"name": name, "converter": "", "regex": inner})
            elif inner.startswith("?:"):
                shown, more = _of_regex(inner[2:].split("|")[0])
                out.append(shown)
                parameters += more
            at = end + 1
            continue
        if char == "[":
            end = regex.index("]", at + 2) if "]" in regex[at + 2 :] else len(regex) - 1
            out.append(f"{{{regex[at : end + 1]}}}")
            at = end + 1
            continue
        if char not in "^$?*+":
            out.append(char)
        at += 1
    return "".join(out), parameters


def _closing(regex, at):
    depth, escaped, inside = 0, False, False
    for n in range(at, len(regex)):
        char = regex[n]
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif inside:
            inside = char != "]"
        elif char == "[":
            inside = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if not depth:
                return n
    return len(regex) - 1


def _route(template, regex, parameters, name, pattern, root):
    return dict(views.told(pattern.callback, root), template=template, regex=regex, name=name, parameters=parameters)
