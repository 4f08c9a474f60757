/** Who waits, in which order, under which pseudonym; and how long things take, measured. */

import { html } from 'hono/html'
import { part } from './page.ts'
import { duration, table } from './tables.ts'
import type { Queue, Queues, ServiceLevel } from './types.ts'
import { businessDays, count, type Markup, procedure, search, when } from './words.ts'

export const QUEUE_ITEMS = 50

export function queuePage(queues: Queues, level: ServiceLevel): Markup {
  const { size, at } = queues
  const attestors = queues.queues.filter(({ kind }) => kind === 'attestor')
  const pools = queues.queues.filter(({ kind }) => kind === 'pool')
  return html`<div class="subject">
<p class="extract">The register at ${count(size)} log entries, ${when(at, at)}</p>
<h1>Who waits, and how long it takes</h1>
<p class="statement">Everybody is served in the order in which they came, and stands here under the handle of the application alone. The answer to a request names its handle: look that up to see how many are before it.</p>
</div>
${part('pools', 'Waiting for numbers', 'A queue for each pool and size of block.', listOf(pools, 'Nobody waits for numbers.', at))}
${part('attestors', 'Waiting to be examined', 'Attestors answer listed questions about facts. They may not choose whose turn it is: an answer for anybody but the first is refused.', listOf(attestors, 'This register calls no attestors.', at))}
${levels(level)}
${part('forms', 'Elsewhere', 'The same, in other forms.', html`<ul class="forms"><li><a href="/api/queue">Queues as JSON</a></li><li><a href="/applications">Applications by state and procedure</a></li><li><a href="/api/applications">Applications as JSON</a></li><li><a href="/api/service-level">Service level as JSON</a></li></ul>`)}`
}

function listOf(queues: readonly Queue[], none: string, state: string): Markup {
  if (queues.length === 0) return html`<p>${none}</p>`
  return html`${queues.map(
    (queue) => html`<h3 id="queue-${queue.queue}">${nameOf(queue)}: ${waitingWords(queue.waiting)}</h3>
${queue.items.length === 0 ? '' : items(queue, state)}
${queue.more ? html`<p><a class="more" href="/queue?queue=${encodeURIComponent(queue.queue)}">The whole queue</a></p>` : ''}`,
  )}`
}

/** `FEW/24` as people say it. */
function nameOf({ queue, kind }: Queue): string {
  const [pool = queue, length = ''] = queue.split('/')
  return kind === 'attestor' ? `Attestor ${queue}` : `Blocks of /${length} from the pool ${pool}`
}

function waitingWords(waiting: number): string {
  return waiting === 0 ? 'nobody waits' : waiting === 1 ? 'one waits' : `${count(waiting)} wait`
}

function items(queue: Queue, state: string): Markup {
  const examined = queue.kind === 'attestor'
  return table(
    html`<span class="spoken">The queue: ${nameOf(queue)}</span>`,
    ['Position', 'Application', 'Procedure', ...(examined ? ['To be answered by'] : []), 'Recorded by'],
    queue.items.map(({ application, ahead, procedure: id, due, since }) => [
      ahead + 1,
      html`<a href="${search(application)}">${application}</a>`,
      procedure(id),
      ...(examined ? [due === null ? null : when(due, state)] : []),
      html`<a href="/why/${since}">entry ${since}</a>`,
    ]),
    nameOf(queue),
  )
}

/** One queue, a page of it. */
export function oneQueuePage(queues: Queues, from: number): Markup {
  const [queue] = queues.queues
  const { size, at } = queues
  if (queue === undefined) throw new TypeError('there is one queue')
  const next = from + QUEUE_ITEMS
  const address = (start: number): string => `/queue?queue=${encodeURIComponent(queue.queue)}&from=${start}`
  return html`<div class="subject">
<p class="extract">The register at ${count(size)} log entries, ${when(at, at)}</p>
<h1>${nameOf(queue)}</h1>
<p class="statement">${waitingWords(queue.waiting)[0]?.toUpperCase()}${waitingWords(queue.waiting).slice(1)}, in the order of arrival. <a href="/queue">All queues</a></p>
</div>
${part(
  'queue',
  'In order',
  '',
  html`${queue.items.length === 0 ? html`<p>Nobody at this position.</p>` : items(queue, at)}
<p class="pages">${from === 0 ? '' : html`<a class="more" href="${address(Math.max(0, from - QUEUE_ITEMS))}">Earlier</a> `}${queue.more ? html`<a class="more" href="${address(next)}">From position ${count(next + 1)}</a>` : ''}</p>`,
)}`
}

function levels({ decisions, examinations, notices, from, through }: ServiceLevel): Markup {
  const nothing = decisions.length === 0 && examinations.length === 0
  const aside = html`Measured by this server from the log, entries ${count(from)} to ${count(Math.max(from, through - 1))}. <a href="/statistics">Statistics of the whole log</a>`
  const headings = ['Procedure', 'Done', 'Half within', '95 % within', 'Longest', 'Limit', 'Too late']
  const row = (
    one:
      | ServiceLevel['decisions'][number]
      | ServiceLevel['examinations'][number]
      | ServiceLevel['notices'][number],
    late: number,
  ): Parameters<typeof table>[2][number] => [
    procedure(one.procedure),
    count(one.count),
    duration(one.median),
    duration(one.p95),
    duration(one.longest),
    'limitDays' in one && one.limitDays !== null ? businessDays(one.limitDays) : duration(one.limit),
    late === 0 ? 'none' : html`<strong>${count(late)}</strong>`,
  ]
  return part(
    'level',
    'How long it takes',
    aside,
    nothing
      ? html`<p>No request has been decided in these entries.</p>`
      : html`${
          decisions.length === 0
            ? ''
            : table(
                'From receipt to decision',
                headings,
                decisions.map((one) => row(one, one.late)),
              )
        }
${
  examinations.length === 0
    ? ''
    : table(
        'Examinations, from the application to its end; the limit is for each call',
        headings,
        examinations.map((one) => row(one, one.overdue)),
      )
}
${
  notices.length === 0
    ? ''
    : table(
        'Telling those whom an act concerns',
        headings,
        notices.map((one) => row(one, one.overdue)),
      )
}
<p>A deadline that passes is not hidden: whoever holds the receipt proves it with <code>cadastre prove-silence</code>.</p>`,
  )
}
