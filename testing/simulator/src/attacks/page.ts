/** The catalogue as the tables of `docs/attacks.md`: what is claimed, which a test compares with the page. */

import type { Attack, Outcome, Route } from './attack.ts'
import { GROUPS } from './catalogue.ts'

export function attackPage(): string {
  return Object.entries(GROUPS)
    .map(
      ([name, { title, attacks }]) =>
        `## ${title}\n\n[\`tests/attacks/${name}.test.ts\`](../tests/attacks/${name}.test.ts)\n\n${tableOf(attacks)}`,
    )
    .join('\n\n')
}

function tableOf(attacks: readonly Attack[]): string {
  const rows = attacks.map(
    ({ name, wants, routes, advice }) =>
      `| **${name}** | ${wants} | ${routes.map(routeText).join('<br>')} | ${advice ?? ''} |`,
  )
  return ['| attack | what is wanted | what comes of it | what to do |', '|---|---|---|---|', ...rows].join(
    '\n',
  )
}

function routeText({ by, claim }: Route): string {
  return `${by}: *${claim.class}*, ${claimText(claim)}`
}

function claimText({ class: kind, by, evidence }: Outcome): string {
  if (kind === 'convicted') return `\`${by}\`, file \`${evidence ?? ''}\``
  return /^[a-z-]+$/.test(by) ? `\`${by}\`` : by.replaceAll('|', '\\|')
}
