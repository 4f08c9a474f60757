/** Everything that the outside can call: written down, and compared with what is mounted (tests/walls). */

import { API_ROUTES } from '@cadastre/api'
import { EXPLORER_ROUTES } from '@cadastre/explorer'
import { RDAP_ROUTES } from '@cadastre/rdap'
import { TILE_ROUTES } from '@cadastre/tiles'

export const ROUTES: readonly string[] = [
  ...EXPLORER_ROUTES,
  ...RDAP_ROUTES,
  ...TILE_ROUTES,
  ...API_ROUTES,
  '/whois',
  '/.well-known/cadastre.json',
  '/healthz',
  '/metrics',
]

export const COMMANDS: readonly string[] = [
  'init',
  'import',
  'open',
  'serve',
  'rebuild',
  'keys create',
  'keys list',
  'keys backup',
  'request identify-holder',
  'request update-holder',
  'request confirm',
  'request lock',
  'request rotate-keys',
  'request recover-keys',
  'request allocate',
  'request delegate',
  'request transfer',
  'request return',
  'request declare-service',
  'request annotate-dispute',
  'request complain',
  'request certified-extract',
  'request erase',
  'request apply-sanctions-act',
  'request pause',
  'request report-incident',
  'request sign',
  'request submit',
  'lookup',
  'extract',
  'verify',
  'why',
  'prove-silence',
  'stats',
  'audit',
  'witness',
]
