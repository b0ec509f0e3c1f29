// How a report's page looks: light or dark as the reader's system is, and one column on a telephone.
#pragma once

#include <string_view>

namespace ditto {

/// The style sheet of the page.
inline constexpr std::string_view page_style = R"css(
:root { color-scheme: light dark; --page: #f4f6f8; --card: #ffffff; --text: #16191d; --soft: #5a6572;
        --line: #dde2e8; --accent: #1d6fd1; --wrong: #d9480f; --note: #fff7e0; }
@media (prefers-color-scheme: dark) {
  :root { --page: #101418; --card: #1a2027; --text: #e8ebee; --soft: #9ba7b4;
          --line: #2e3741; --accent: #6aa9f4; --wrong: #ff8a50; --note: #2f2a17; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text);
       font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .35rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .8rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .6rem; }
p { margin: .4rem 0; max-width: 46rem; overflow-wrap: anywhere; }
.soft, figcaption { color: var(--soft); font-size: .875rem; }
.note { background: var(--note); border-left: 4px solid #e0a800; border-radius: 6px; padding: .6rem .9rem;
        margin: 1rem 0; max-width: none; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem;
         margin: 1.4rem 0 0; padding: 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1rem; }
.tile b { display: block; font-size: 1.55rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile.main b { color: var(--accent); }
.tile span { display: block; color: var(--soft); font-size: .8125rem; line-height: 1.35; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 1rem; }
figure { margin: 0; }
.plot, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .75rem; }
.plot svg { display: block; width: 100%; max-width: 560px; height: auto; margin: 0 auto; background: #fff;
            border-radius: 8px; }
.plot figcaption { padding: .55rem .25rem 0; }
img { max-width: 100%; height: auto; border-radius: 6px; display: block; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(232px, 1fr)); gap: .75rem; }
.pair { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .7rem; min-width: 0; }
.pair div { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .4rem; }
.pair img { width: 100%; aspect-ratio: 1; object-fit: cover; }
.pair b { color: var(--wrong); }
.pair figcaption { margin-top: .5rem; overflow-wrap: anywhere; line-height: 1.35; }
.people { display: grid; grid-template-columns: repeat(auto-fill, minmax(172px, 1fr)); gap: .8rem; align-content: start; }
.person { min-width: 0; }
.person div { display: flex; gap: .3rem; margin-top: .2rem; }
.person img { width: 54px; height: 54px; object-fit: cover; }
.person span { font-size: .8125rem; overflow-wrap: anywhere; line-height: 1.3; display: block; }
.plots + .scroll { margin-top: 1rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.scroll svg { display: block; margin: 0 auto; }
.scroll + figcaption { padding: .55rem .25rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .38rem .8rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
tr:first-child > * { border-top: 0; }
thead th { color: var(--soft); font-weight: 600; }
tfoot td { border-top: 2px solid var(--line); font-weight: 600; }
.left { text-align: left; }
.facts th { text-align: left; font-weight: 500; color: var(--soft); width: 1%; vertical-align: top; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
footer { margin-top: 2.5rem; }
@media (max-width: 700px) {
  main { padding: 1.25rem .875rem 2rem; }
  h1 { font-size: 1.4rem; }
  .plots { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tile b { font-size: 1.3rem; }
  .plot, .panel { padding: .5rem; }
  .pairs { grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); }
  .pair { padding: .5rem; }
  th, td { padding: .35rem .6rem; }
  #network th, #network td { padding: .3rem .35rem; font-size: .75rem; white-space: normal; }
  #network .left { overflow-wrap: anywhere; }
  .people { grid-template-columns: repeat(auto-fill, minmax(146px, 1fr)); }
  .person img { width: 45px; height: 45px; }
}
@media print { .plot, .pair, .tile { break-inside: avoid; } }
)css";

}  // namespace ditto
