"""How report pages look: one style sheet, light and dark, without anything from elsewhere."""

CSS = """
:root { color-scheme: light dark;
  --ground: #f5f6f8; --card: #ffffff; --ink: #1b2430; --pale: #667085; --line: #e3e7ed; --track: #e9edf2;
  --good: #1f8a5b; --bad: #c8453b; --warn: #b97a10; --accent: #2f66c4; --accent2: #b0561f; --band: #2f66c422; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #12161c; --card: #1a2029; --ink: #e6eaf0; --pale: #97a3b4; --line: #2b3340; --track: #2b3340;
  --good: #4cc38a; --bad: #f0776c; --warn: #e3b04b; --accent: #7aa7f5; --accent2: #e59a62; --band: #7aa7f533; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0 0 4px; }
p { margin: 6px 0; } .pale { color: var(--pale); } .small { font-size: 13px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 24px; margin-top: 20px; }
section > .pale { margin-top: 0; max-width: 80ch; }
.head { display: grid; grid-template-columns: auto 1fr; gap: 8px 36px; align-items: center; }
.big { font-size: 60px; line-height: 1; font-weight: 650; letter-spacing: -0.03em; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 18px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.tile b { display: block; font-size: 22px; font-weight: 600; line-height: 1.3; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: 10px; }
th { text-align: left; font-weight: 500; font-size: 13px; color: var(--pale); padding: 4px 12px 6px 0; white-space: nowrap; }
td { border-top: 1px solid var(--line); padding: 7px 12px 7px 0; vertical-align: middle; }
td.n, th.n { text-align: right; white-space: nowrap; } td:last-child, th:last-child { padding-right: 0; }
td.sum { font-weight: 600; }
svg { display: block; max-width: 100%; } svg text { fill: var(--pale); font-size: 11px; }
.track { fill: var(--track); } .bar { fill: var(--accent); } .soft { fill: var(--accent); opacity: .28; }
.whisker { stroke: var(--ink); stroke-width: 1.6; fill: none; } .axis { stroke: var(--line); stroke-width: 1; }
.zero { stroke: var(--pale); stroke-width: 1; stroke-dasharray: 3 3; } .dot { fill: var(--accent); opacity: .75; }
.miss { fill: none; stroke: var(--bad); stroke-width: 1.5; } .middle { stroke: var(--ink); stroke-width: 2; }
.up { fill: var(--good); } .down { fill: var(--bad); } .even { fill: var(--pale); }
.trend { fill: none; stroke: var(--accent); stroke-width: 2; } .area { fill: var(--band); }
.causes { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; margin-top: 12px; }
.cause { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.cause img { width: 100%; display: block; background: #000; }
.cause div { padding: 12px 14px; } .cause b { font-weight: 600; }
.tag { display: inline-block; border-radius: 20px; padding: 0 9px; font-size: 12px; border: 1px solid currentColor;
  white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 18px 26px; margin-top: 14px; }
.say { border-left: 3px solid var(--accent); padding: 2px 0 2px 12px; margin: 12px 0; }
code { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 10px 0 0; }
dt { color: var(--pale); } dd { margin: 0; }
@media print { body { background: #fff; } section { break-inside: avoid; } }
"""
