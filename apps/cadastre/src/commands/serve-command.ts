/** `serve`: run the registry until interrupted. */

import { pino } from 'pino'
import { createRegistryFiles, DEMONSTRATION, isEmptyDirectory } from '../data/create.ts'
import { DataDirectory, type RegistryFile } from '../data/data-directory.ts'
import type { Settings } from '../data/settings.ts'
import { readNoticesSettings } from '../server/notices.ts'
import { serve } from '../server/serve.ts'
import { interruption } from './interruption.ts'
import { bold, CommandError, createProgress, type Output, type Progress } from './output.ts'

async function registryToServe(
  settings: Settings,
  directory: DataDirectory,
  demonstration: boolean,
): Promise<RegistryFile> {
  const registry = await directory.registry()
  if (registry !== null) return registry
  if (!demonstration)
    throw new CommandError(
      `There is no registry in ${settings.data}. "cadastre init" makes one; "npm start" makes a demonstration.`,
    )
  if (!(await isEmptyDirectory(directory)))
    throw new CommandError(
      `${settings.data} holds files but no registry; name an empty directory in CADASTRE_DATA.`,
    )
  await createRegistryFiles(directory, DEMONSTRATION, process.env['CADASTRE_PASSPHRASE'] ?? null)
  return DEMONSTRATION
}

export async function serveCommand(
  settings: Settings,
  options: { readonly demonstration: boolean },
  output: Output,
): Promise<void> {
  const directory = new DataDirectory(settings.data)
  const notices = readNoticesSettings(process.env)
  const registry = await registryToServe(settings, directory, options.demonstration)
  const logger = pino({ level: settings.logLevel }, pino.destination(2))
  const bars = new Map<string, Progress>()
  const running = await serve({
    settings,
    directory,
    registry,
    notices,
    logger,
    progress: (phase, done, total) => {
      const bar =
        bars.get(phase) ?? createProgress(phase === 'importing' ? 'importing records' : 'loading records')
      bars.set(phase, bar)
      bar.update(done, total)
    },
  }).finally(() => {
    for (const bar of bars.values()) bar.end()
  })
  output.result(
    {
      http: running.httpUrl,
      whoisPort: running.whoisPort,
      data: settings.data,
      demonstration: registry.demonstration,
    },
    welcome(
      registry,
      settings,
      running.httpUrl,
      running.whoisPort,
      running.reader.snapshot().publication.size,
    ),
  )
  const signal = await interruption()
  output.note(`${signal}: finishing what is under way …`)
  await running.drain()
  output.note('Stopped. Every receipted request has been decided and published.')
}

function welcome(
  registry: RegistryFile,
  settings: Settings,
  url: string,
  whoisPort: number,
  size: number,
): string {
  const host = new URL(url).hostname
  // The tools ask port 8080 unless told otherwise.
  const prefix = settings.port === 8080 ? '' : `PORT=${new URL(url).port} `
  const examples = registry.demonstration
    ? [
        '',
        'Things to try:',
        `  open        ${url}/?q=200.160.0.1`,
        `  RDAP        curl ${url}/rdap/ip/200.160.0.1`,
        `  WHOIS       whois -h ${host} -p ${whoisPort} 200.160.0.1`,
        `  proof       curl ${url}/proof/ip/200.160.0.1`,
        `  a holder    npx cadastre keys create alice && ${prefix}npx cadastre request identify-holder --name "Alice" --key alice`,
        `  audit       ${prefix}npx cadastre audit`,
        '',
        'README says how to found a registry of your own.',
      ]
    : []
  return [
    bold(`${registry.name} is running.`),
    ...(registry.demonstration
      ? [
          'It is a demonstration on published statistics (NRO, nro.net, CC BY 4.0), not the registry that published them.',
        ]
      : []),
    `  page        ${url}/`,
    `  RDAP        ${url}/rdap/`,
    `  WHOIS       ${host}, port ${whoisPort}`,
    `  API         ${url}/api/openapi.json`,
    `  log         ${url}/log/checkpoint (size ${size})`,
    `  data        ${settings.data}`,
    ...examples,
    '',
    'Interrupt (Ctrl-C) to stop.',
  ].join('\n')
}
