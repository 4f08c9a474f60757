/** The pages of a watch in the explorer's frame. */

import type { AskApi, Site, SiteAnswer, SiteQuestion } from '@cadastre/explorer'
import type { CalendarDate } from '@cadastre/records'
import { html } from 'hono/html'
import { WatchError } from '../open.ts'
import { reportOf, type WatchReport } from '../report.ts'
import { sourcesOfRegistry } from '../source-choice.ts'
import type { WatchedWorld } from '../world/watched-world.ts'
import type { Assets } from './assets.ts'
import { holderPage } from './holder-page.ts'
import { homePage, registriesPage } from './home.ts'
import { mapPage } from './map-page.ts'
import { numbersPage } from './numbers-page.ts'
import { registryPage } from './registry-page.ts'
import { dayIn } from './subject.ts'
import type { Markup } from './words.ts'

/** The whole report of a registry; null where nothing of it is logged. */
export function reportIfThere(
  world: WatchedWorld,
  registry: string,
  source: string | undefined,
): WatchReport | null {
  try {
    const asked = { registry, ...(source === undefined || source === '' ? {} : { source }) }
    const known = sourcesOfRegistry(world.watch, registry).find(({ id }) => id === (asked.source ?? id))
    return world.kept(`report ${known?.id}`, () => reportOf(world.watch, asked))
  } catch (error) {
    if (error instanceof WatchError) return null
    throw error
  }
}

const SUBSCRIBE = {
  title: 'Be told of changes',
  says: 'Whoever asks is told what each new file changes of these numbers, or of this holder.',
  label: 'Prefix, AS number, or holder as IMP-REGISTRY-1234',
}

/** The pages as of a day; null = as last published. */
export function createSite(
  world: WatchedWorld,
  assets: Assets,
  at: CalendarDate | null,
  ask: AskApi | null,
): Site {
  const { watch } = world
  return {
    subtitle: 'Memory of what registries publish',
    nav: [
      { href: '/registries', text: 'Registries' },
      { href: '/map', text: 'Map' },
      { href: '/feed.atom', text: 'Feed' },
      { href: '/procedures/observed', text: 'About' },
    ],
    ways: [
      { href: '/procedures/observed', text: 'Rules, log and proofs' },
      { href: '/log/checkpoint', text: 'Log checkpoint' },
      { href: '/.well-known/cadastre.json', text: 'Keys and trust policy' },
      { href: '/rdap/help', text: 'RDAP' },
      { href: '/feed.json', text: 'JSON feed' },
    ],
    closing: 'A copy of what registries publish. It states facts and accuses nobody.',
    styles: [assets.style.path],
    home: () => homePage(watch),
    body: (lookup) => {
      if (lookup.kind === 'numbers') return Promise.resolve(numbersPage(watch, at, lookup))
      return Promise.resolve(lookup.kind === 'holder' ? holderPage(world, at, lookup) : null)
    },
    // Records of a watch are rows of files, which the register's verifier does not read.
    verifies: false,
    subscribe: ask === null ? null : { words: SUBSCRIBE, ask },
    pages: [
      {
        route: '/registries',
        make: () => Promise.resolve({ status: 200, title: 'Registries', body: registriesPage(watch) }),
      },
      {
        route: '/registries/:registry',
        make: (question) => Promise.resolve(registry(world, assets, question)),
      },
      { route: '/map', make: (question) => Promise.resolve(map(world, assets, question)) },
    ],
  }
}

function registry(world: WatchedWorld, assets: Assets, question: SiteQuestion): SiteAnswer {
  const name = question.param('registry')
  const report = reportIfThere(world, name, question.query('source'))
  if (report === null) return nothing(`No files of “${name}” are logged.`)
  const sources = sourcesOfRegistry(world.watch, name)
  return { status: 200, title: name, body: registryPage(report, sources, assets.charts.path) }
}

function map(world: WatchedWorld, assets: Assets, question: SiteQuestion): SiteAnswer {
  const day = dayIn(question.query('at'))
  if (day === 'malformed') return notADay(question.query('at') ?? '')
  return {
    status: 200,
    title: 'Map of IPv4',
    body: world.kept(`map page ${day}`, () => mapPage(world.watch, day, assets.map.path)),
  }
}

function nothing(sentence: string): SiteAnswer {
  return { status: 404, title: 'Not found', body: fault('Not found', sentence) }
}

function notADay(text: string): SiteAnswer {
  const sentence = `“${text}” is no day; expected one such as 2025-07-16.`
  return { status: 400, title: 'Not understood', body: fault('Not understood', sentence) }
}

function fault(title: string, sentence: string): Markup {
  return html`<div class="subject"><h1>${title}</h1><p class="statement fault">${sentence}</p></div>`
}
