// Runs the demo and draws what it printed as docs/demo.svg, the README's picture: `node scripts/demo-picture.mjs`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const FONT_PX = 13;
const CHARACTER_PX = 7.83;
const LINE_PX = 18;
const PADDING_PX = 16;
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#f2cc60', 36: '#79c0ff' };
/** Scenes 1 and 5 tell the story; the others would make the picture as tall as a wall. */
const SHOWN = ['1.', '4.', '5.'];

const { stdout, status } = spawnSync(process.execPath, ['demo/main.ts'], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1' },
});
if (status !== 0) throw new Error(`the demo ended with ${status}`);

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const plain = (line) => line.replaceAll(/\u001B\[\d+m/g, '');
const blocks = stdout.trim().split('\n\n');
const lines = blocks
  .filter(
    (block, index) =>
      index === 0 || index === blocks.length - 1 || SHOWN.some((number) => plain(block).startsWith(number)),
  )
  .flatMap((block) => `${block}\n`.split('\n'));

/** One line as coloured spans: foreground colours, bold and dim are all the demo uses. */
function spans(line) {
  let style = { fill: '#e6edf3', bold: false, dim: false };
  return line
    .split(/(\u001B\[\d+m)/)
    .map((part) => {
      const code = /^\u001B\[(\d+)m$/.exec(part)?.[1];
      if (code === undefined) {
        const weight = style.bold ? ' font-weight="bold"' : '';
        return part === ''
          ? ''
          : `<tspan fill="${style.dim ? '#7d8590' : style.fill}"${weight}>${escape(part)}</tspan>`;
      }
      if (code === '1') style = { ...style, bold: true };
      else if (code === '2') style = { ...style, dim: true };
      else if (code === '22') style = { ...style, bold: false, dim: false };
      else style = { ...style, fill: COLOURS[code] ?? '#e6edf3' };
      return '';
    })
    .join('');
}

const width = Math.ceil(Math.max(...lines.map((line) => plain(line).trimEnd().length)) * CHARACTER_PX + 2 * PADDING_PX);
const height = lines.length * LINE_PX + 2 * PADDING_PX;
const rows = lines.map(
  (line, index) =>
    `<text xml:space="preserve" x="${PADDING_PX}" y="${PADDING_PX + (index + 1) * LINE_PX - 5}">${spans(line.trimEnd())}</text>`,
);
writeFileSync(
  'docs/demo.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The demo in a terminal: SIP ladders of three calls with their verdicts">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_PX}px">
${rows.join('\n')}
</g>
</svg>
`,
);
