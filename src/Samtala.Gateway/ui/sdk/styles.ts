import { css } from "lit";

/** The house's clothes, shared by the shell and every plugin's page. Colours come from the tokens in shell.css. */
export const baseStyles = css`
  :host { display: block; color: var(--text); }
  :host([hidden]), [hidden] { display: none !important; }
  *, *::before, *::after { box-sizing: border-box; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: var(--radius-small); }
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h1 { font-size: var(--size-title-1); line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
  h2 { font-size: var(--size-title-2); line-height: 1.3; font-weight: 600; }
  a { color: var(--accent); text-underline-offset: 2px; }
  code, pre { font-family: var(--font-code); font-size: 0.93em; }
  code { overflow-wrap: anywhere; }
  .icon { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.6;
    stroke-linecap: round; stroke-linejoin: round; }
  .soft { color: var(--text-soft); }
  .small-text { font-size: var(--size-small); }
  .figures { font-variant-numeric: tabular-nums; }
  .stack { display: flex; flex-direction: column; gap: var(--space-4); min-width: 0; }
  .stack.tight { gap: var(--space-1); }
  .row { display: flex; align-items: center; gap: var(--space-2); flex-wrap: wrap; min-width: 0; }
  .row.between { justify-content: space-between; }
  .grow { flex: 1 1 0; min-width: 0; }
  .nowrap { white-space: nowrap; }
  .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap; }

  .button { display: inline-flex; align-items: center; justify-content: center; gap: var(--space-2); min-height: 36px;
    padding: 0 var(--space-3); border: 1px solid var(--border-strong); border-radius: var(--radius); font: inherit;
    font-weight: 500; color: var(--text); background: var(--surface-raised); cursor: pointer; text-decoration: none;
    white-space: nowrap; }
  .button:hover { background: var(--surface-sunken); }
  .button:disabled { opacity: 0.55; cursor: default; }
  .button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-text); }
  .button.primary:hover:not(:disabled) { background: var(--accent-strong); }
  .button.danger { color: var(--danger); }
  .button.quiet { border-color: transparent; background: transparent; }
  .button.quiet:hover { background: var(--surface-sunken); }
  .button.icon { padding: 0; width: 36px; }
  .button.small { min-height: 28px; padding: 0 var(--space-2); font-size: var(--size-small); }
  .button.icon.small { width: 28px; padding: 0; border-color: transparent; background: transparent;
    color: var(--text-soft); }
  .button.icon.small .icon { width: 16px; height: 16px; }

  .field { display: flex; flex-direction: column; gap: var(--space-1); }
  .field > label, .field > .label { font-weight: 500; }
  .input { width: 100%; min-height: 36px; padding: var(--space-1) var(--space-3); font: inherit; color: var(--text);
    background: var(--surface-raised); border: 1px solid var(--border-strong); border-radius: var(--radius); }
  select.input { width: auto; padding-right: var(--space-6); }
  .input::placeholder { color: var(--text-soft); opacity: 1; }
  .check { display: flex; gap: var(--space-2); align-items: flex-start; }
  .check input { accent-color: var(--accent); width: 16px; height: 16px; margin: 2px 0 0; flex: none; }

  .card { background: var(--surface-raised); border: 1px solid var(--border); border-radius: var(--radius);
    padding: var(--space-4); min-width: 0; }
  .card.flush { padding: 0; overflow: hidden; }
  .list > li + li { border-top: 1px solid var(--border); }
  .list > li { padding: var(--space-3) var(--space-4); content-visibility: auto; contain-intrinsic-size: auto 56px; }
  .facts { display: grid; grid-template-columns: minmax(96px, auto) minmax(0, 1fr);
    gap: var(--space-2) var(--space-4); }
  .facts dt { color: var(--text-soft); }
  .facts dd { overflow-wrap: anywhere; }

  .badge { display: inline-flex; align-items: center; gap: 6px; font-size: var(--size-small); font-weight: 500;
    white-space: nowrap; color: var(--text-soft); }
  .badge::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: currentColor; flex: none; }
  .badge.positive { color: var(--positive); }
  .badge.warning { color: var(--warning); }
  .badge.danger { color: var(--danger); }
  .badge.accent { color: var(--accent); }
  .tag { display: inline-block; padding: 1px 6px; border-radius: var(--radius-small); font-size: var(--size-small);
    background: var(--surface-sunken); color: var(--text-soft); white-space: nowrap; }

  .problem { display: flex; gap: var(--space-3); align-items: flex-start; padding: var(--space-3) var(--space-4);
    border: 1px solid var(--danger); border-radius: var(--radius); background: var(--danger-tint);
    overflow-wrap: anywhere; flex-wrap: wrap; }
  .problem > .icon { color: var(--danger); }
  .problem > .grow { flex-basis: 200px; }
  .note { padding: var(--space-3) var(--space-4); border: 1px solid var(--border); border-radius: var(--radius);
    background: var(--surface-sunken); }
  .note.warning { border-color: var(--warning); background: var(--warning-tint); }
  .empty { display: flex; flex-direction: column; align-items: center; gap: var(--space-2); text-align: center;
    padding: var(--space-8) var(--space-4); }
  .empty .icon { width: 32px; height: 32px; color: var(--text-soft); }
  .empty .button { margin-top: var(--space-2); }
  .key { display: inline-flex; align-items: center; gap: var(--space-1); }

  .skeleton { display: flex; flex-direction: column; gap: var(--space-3); }
  .skeleton span { height: 16px; border-radius: var(--radius-small); background: var(--border); }
  .skeleton span:nth-child(3n + 2) { width: 80%; }
  .skeleton span:nth-child(3n) { width: 60%; }

  table { width: 100%; border-collapse: collapse; }
  th { text-align: start; font-weight: 500; color: var(--text-soft); font-size: var(--size-small); }
  th, td { padding: var(--space-2) var(--space-4); border-bottom: 1px solid var(--border); vertical-align: middle; }
  tbody tr:last-child td { border-bottom: 0; }
  .number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }

  dialog { width: min(560px, calc(100vw - 32px)); max-height: min(720px, calc(100vh - 64px)); padding: var(--space-6);
    border: 1px solid var(--border); border-radius: var(--radius); background: var(--surface-raised);
    color: var(--text); box-shadow: var(--shadow); overflow: auto; }
  dialog::backdrop { background: rgb(0 0 0 / 0.4); }
  .actions { display: flex; justify-content: flex-end; gap: var(--space-2); flex-wrap: wrap; }
`;
