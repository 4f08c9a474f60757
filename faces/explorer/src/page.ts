/** The frame of every page: head, banner, search, foot. */

import { html, raw } from 'hono/html'
import type { Site } from './site.ts'
import type { ExplorerInfo, Pause } from './types.ts'
import type { Markup } from './words.ts'

export type PageParts = {
  /** Before the registry's name in the window's title; null on the first page. */
  readonly title: string | null
  /** What stands in the search field. */
  readonly query: string
  readonly body: Markup | Promise<Markup>
}

export type PageFrame = {
  readonly info: ExplorerInfo
  readonly pause: Pause | null
  readonly stylePath: string
  /** Null where the script could not be made: the page then works without. */
  readonly scriptPath: string | null
  /** Null for a register on its own. */
  readonly site: Site | null
}

export async function renderPage(frame: PageFrame, parts: PageParts): Promise<string> {
  const { info, pause, stylePath, scriptPath, site } = frame
  const { title, query, body } = parts
  const first = title === null && query === ''
  const markup = await html`${raw('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title === null ? info.name : `${title} · ${info.name}`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Public register of who holds which Internet numbers, with a proof of every answer.">
<link rel="icon" href="/explorer/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${stylePath}">
${(site?.styles ?? []).map((path) => html`<link rel="stylesheet" href="${path}">`)}
${scriptPath === null ? '' : html`<script type="module" src="${scriptPath}"></script>`}
</head>
<body>
<a class="skip" href="#answer">Skip to the answer</a>
<header class="masthead">
${
  info.demonstration === null
    ? ''
    : html`<p class="demonstration">${site !== null || /^demonstration/i.test(info.demonstration) ? '' : html`<strong>${info.noticeTitle ?? 'Demonstration'}.</strong> `}${info.demonstration}</p>`
}
${
  pause === null
    ? ''
    : html`<p class="demonstration paused" role="status"><strong>Paused.</strong> ${pause.says} <a href="/procedures/pause">What a pause may do</a></p>`
}
<div class="bar">
<p class="name"><a href="/">${info.name}</a><span class="subtitle">${site?.subtitle ?? 'Register of Internet numbers'}</span></p>
${site === null ? '' : html`<nav class="site" aria-label="Pages"><ul>${links(site.nav)}</ul></nav>`}
${searchForm(query, first)}
</div>
</header>
<main id="answer" tabindex="-1">
${body}
</main>
${site === null ? foot(info) : siteFoot(info, site)}
</body>
</html>`
  return String(markup)
}

function searchForm(query: string, first: boolean): Markup {
  return html`<form role="search" action="/" method="get">
<label for="q">Address, prefix, AS number or holder</label>
<div class="field"><input id="q" name="q" type="search" value="${query}" maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false"${first ? raw(' autofocus') : ''}><button type="submit">Look up</button></div>
</form>`
}

function foot(info: ExplorerInfo): Markup {
  return html`<footer>
<nav aria-label="Other ways in">
<ul class="ways">
<li><a href="/procedures">Procedures</a></li>
<li><a href="/queue">Who waits</a></li>
<li><a href="/applications">Applications</a></li>
<li><a href="/statistics">Statistics</a></li>
<li><a href="/register">How it is run</a></li>
<li><a href="/orders">Orders</a></li>
<li><a href="/log/checkpoint">Log checkpoint</a></li>
<li><a href="/.well-known/cadastre.json">Keys and trust policy</a></li>
<li><a href="/api/openapi.json">API description</a></li>
<li><a href="/rdap/help">RDAP</a></li>
<li>WHOIS <code>${info.whois.host}:${info.whois.port}</code></li>
</ul>
</nav>
<p>Log <code>${info.origin}</code> · Cadastre ${info.version}. This register records who holds which numbers. It has no act that punishes.</p>
</footer>`
}

function links(items: Site['nav']): readonly Markup[] {
  return items.map(({ href, text }) => html`<li><a href="${href}">${text}</a></li>`)
}

function siteFoot(info: ExplorerInfo, { ways, closing }: Site): Markup {
  return html`<footer>
<nav aria-label="Other ways in"><ul class="ways">${links(ways)}</ul></nav>
<p>Log <code>${info.origin}</code> · Cadastre ${info.version}. ${closing}</p>
</footer>`
}

/** A part of the page with its title in the margin. */
export function part(
  id: string,
  title: string,
  aside: Markup | string,
  content: Markup | readonly Markup[],
): Markup {
  return html`<section id="${id}" class="part" aria-labelledby="${id}-title">
<div class="margin"><h2 id="${id}-title">${title}</h2>${aside === '' ? '' : html`<p class="aside">${aside}</p>`}</div>
<div class="content">${content}</div>
</section>`
}
