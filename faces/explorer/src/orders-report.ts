/** The transparency report on orders, as a part of the statistics page. Zero is shown as zero. */

import { html } from 'hono/html'
import { part } from './page.ts'
import { duration, percent, table } from './tables.ts'
import type { OrdersShown, StatisticsShown } from './types.ts'
import { count, type Markup, search } from './words.ts'

type NoticeShown = OrdersShown['noticeBeforeEffect']['all']

function noticed({ executed, noticed: told, share }: NoticeShown): string {
  return `${count(told)} of ${count(executed)}${share === null ? '' : ` (${percent(share)})`}`
}

function listed(counts: { readonly [name: string]: number }): string {
  const some = Object.entries(counts).filter(([, times]) => times > 0)
  return some.length === 0 ? '0' : some.map(([name, times]) => `${name} ${times}`).join(', ')
}

export function ordersReport({ orders, adverse }: StatisticsShown): Markup {
  const { served, counted, seals, reversed, objections, conflicts, noticeBeforeEffect } = orders
  return part(
    'orders',
    'Orders of courts and authorities',
    html`What was ordered, and what became of it. <a href="/orders">Each order</a>, <a href="/authorities">who may order</a>`,
    html`<ul class="lines">
<li>Served: <strong>${count(served)}</strong>${served === counted ? '' : html`, <strong class="bad">but the state counts ${count(counted)}</strong>`}</li>
<li>Adverse acts without a basis: <strong>${adverse.lacking}</strong></li>
<li>Notified before the effect: <strong>${noticed(noticeBeforeEffect.all)}</strong> executed; of what takes something away <strong>${noticed(noticeBeforeEffect.takes)}</strong></li>
<li>Under a seal now: <strong>${seals.now}</strong>; ever: ${seals.ever}; not opened in time: ${seals.overdue}</li>
<li>Reversed: <strong>${reversed}</strong>; objections to facts: ${objections.made}, upheld: ${objections.upheld}; in conflict: ${conflicts}</li>
</ul>
${table('By effect', ['Effect', 'Orders'], Object.entries(orders.effects))}
${table('By outcome', ['State now', 'Orders'], Object.entries(orders.outcomes))}
${authorities(orders)}
${times(orders)}
${holds(orders)}
<p>Returned for: ${listed(orders.returned)}.</p>`,
  )
}

function authorities({ authorities: all }: OrdersShown): Markup {
  if (all.length === 0) return html`<p>By authority: 0, none is registered.</p>`
  return table(
    'By authority',
    ['Authority', 'Kind', 'Orders', 'Effects', 'Outcomes'],
    all.map(({ authority, kind, served, effects, outcomes }) => [
      html`<a href="${search(authority)}">${authority}</a>`,
      kind ?? 'not in the register',
      served,
      listed(effects),
      listed(outcomes),
    ]),
  )
}

function times({ times: measured }: OrdersShown): Markup {
  return table(
    'Median times',
    ['Step', 'Half within'],
    [
      ['Served to received', duration(measured.servedToReceived.medianSeconds)],
      ['Received to verified', duration(measured.receivedToVerified.medianSeconds)],
      ['Verified to the attempt to notify', duration(measured.verifiedToNotified.medianSeconds)],
      ['Verified to executed', duration(measured.verifiedToExecuted.medianSeconds)],
    ],
  )
}

function holds({ activeHolds }: OrdersShown): Markup {
  if (activeHolds.length === 0) return html`<p>Holds in force: <strong>0</strong>.</p>`
  return table(
    `Holds in force: ${count(activeHolds.length)}`,
    ['Order', 'Authority', 'Numbers', 'Age', 'Until'],
    activeHolds.map(({ order, authority, ranges, ageSeconds, until }) => [
      html`<a href="/orders/${order}">${order}</a>`,
      authority,
      ranges.join(', '),
      duration(ageSeconds),
      until ?? 'open-ended',
    ]),
  )
}
