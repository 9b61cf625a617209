"""The page of report.html: one Jinja2 template with its style inside, so that the file needs nothing else.

No script: cells open by <details>. Colours follow the reader's light or dark setting and are never the only sign.
"""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ conclusion }} · {{ title }}</title>
<style>
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --panel: #f4f6f8; --line: #d0d7de;
  --pass: #116329; --fail: #a40e26; --unknown: #7d4e00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --paper: #0d1117; --panel: #161b22;
  --line: #30363d; --pass: #56d364; --fail: #ff7b72; --unknown: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
a { color: inherit; } a:focus-visible, summary:focus-visible { outline: 3px solid var(--unknown); outline-offset: 2px; }
.soft { color: var(--soft); } .pass { color: var(--pass); } .fail { color: var(--fail); } .unknown { color: var(--unknown); }
strong.pass, strong.fail, strong.unknown { font-weight: 700; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .92rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .86rem/1.45 ui-monospace, monospace; } code { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; margin: .4rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 1rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
@media print { details { break-inside: avoid; } }
</style>
</head>
<body>
<a class="skip" href="#cells">To the cells</a>
<main>
<header>
<h1><strong class="{{ summary.status }}">{{ conclusion }}</strong></h1>
<p class="soft">{{ title }}</p>
</header>

<section aria-labelledby="sum"><h2 id="sum">Summary</h2>
<dl>{% for name, value in facts %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
</section>

{% macro verdict(v) %}
<h3><strong class="{{ v.status }}">{{ words[v.status] }}</strong> {{ v.checker }}: {{ v.claim }}{% if v.credits_delta %} ({{ signed(v.credits_delta) }} credits){% endif %}</h3>
<pre>{% for line in v.evidence %}{{ line }}
{% endfor %}</pre>
{% if v.hint %}<p>Hint: {{ v.hint }}</p>{% endif %}
{% endmacro %}

{% if troubles %}
<section aria-labelledby="fails"><h2 id="fails">What failed or could not be told</h2>
{% for about, verdicts, repeat in troubles %}
<article id="fail-{{ loop.index }}"><h3>{{ about or "The whole run" }}</h3>
{% for v in verdicts %}{{ verdict(v) }}{% endfor %}
<p>Repeat: <code>{{ repeat }}</code></p></article>
{% endfor %}
</section>
{% endif %}

{% if findings %}
<section aria-labelledby="known"><h2 id="known">Known wrong</h2>
<div class="scroll"><table><thead><tr><th scope="col">finding</th><th scope="col">what</th><th scope="col">ends at phase</th><th scope="col">shown in</th></tr></thead><tbody>
{% for f, where in findings %}<tr><th scope="row">{{ f.id }}</th><td>{{ f.title }}<br><span class="soft">{{ f.evidence }}</span></td><td>{{ f.ends_at_phase or "no phase" }}</td><td>{{ where|join(", ") or "no cell of this run" }}</td></tr>
{% endfor %}</tbody></table></div>
</section>
{% endif %}

<section aria-labelledby="cells"><h2 id="cells">Cells by path</h2>
{% for path_title, lines in paths %}
<div class="scroll"><table><caption>{{ path_title }}</caption>
<thead><tr><th scope="col">result</th><th scope="col">scenario</th><th scope="col">rows of the plan</th><th scope="col" class="n">credits</th><th scope="col" class="n">calls</th><th scope="col" class="n">seconds</th></tr></thead><tbody>
{% for line in lines %}<tr><td><strong class="{{ line.status }}">{{ "known wrong" if line.finding and line.status == "pass" else words[line.status] }}</strong></td><td><a href="#cell-{{ anchors[line.cell] }}">{{ line.cell }}</a><br><span class="soft">{{ line.title }}</span></td><td>{{ line.rows|join(", ") }}</td><td class="n">{{ line.charged_credits }}</td><td class="n">{{ line.calls }}</td><td class="n">{{ "%.2f"|format(line.seconds) }}</td></tr>
{% endfor %}</tbody></table></div>
{% endfor %}
</section>

<section aria-labelledby="each"><h2 id="each">Each cell</h2>
{% for cell, outcome, verdicts in cells %}
<details id="cell-{{ anchors[cell.cell] }}"><summary><strong class="{{ worst(verdicts) }}">{{ words[worst(verdicts)] }}</strong> {{ cell.cell }}</summary>
<h3>Balance</h3><ul>{% for name, b in outcome.balance.items() %}<li>{{ name }}: {{ b.opening }} → {{ b.closing }} credits</li>{% endfor %}</ul>
{{ grid("Ledger", outcome.ledger) }}{{ grid("Usage", outcome.usage) }}
<h3>Calls</h3>{% if outcome.calls %}<ul>{% for route, n in outcome.calls.items() %}<li><code>{{ route }}</code> × {{ n }}</li>{% endfor %}</ul>{% else %}<p class="soft">none</p>{% endif %}
{% if cell.undeclared %}<h3>Undeclared hosts</h3><ul>{% for host in cell.undeclared %}<li>{{ tried(host) }}</li>{% endfor %}</ul>{% endif %}
<h3>Rows</h3>{% if outcome.rows %}<pre>{{ outcome.rows|join("\n") }}</pre>{% else %}<p class="soft">none locked</p>{% endif %}
<h3>Checks</h3><div class="scroll"><table><thead><tr><th scope="col">result</th><th scope="col">check</th><th scope="col">evidence</th></tr></thead><tbody>
{% for v in verdicts %}<tr><td class="{{ v.status }}">{{ "known wrong" if v.finding else words[v.status] }}</td><td>{{ v.checker }}: {{ v.claim }}</td><td>{% for line in v.evidence %}<div>{{ line }}</div>{% endfor %}</td></tr>
{% endfor %}</tbody></table></div>
</details>
{% endfor %}
</section>
</main>
</body>
</html>
"""

GRID = """\
<h3>{{ title }}</h3>{% if rows %}<div class="scroll"><table><thead><tr>{% for key in keys %}<th scope="col">{{ key }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr>{% for key in keys %}<td{% if row[key] is number %} class="n"{% endif %}>{{ row[key] if key in row else "" }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></div>{% else %}<p class="soft">none</p>{% endif %}
"""
