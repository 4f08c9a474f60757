/**
 * The explorer: the register's web page. Pages are complete without a script; with one, the browser verifies the
 * proof of what the page shows, with the same verifier as the command line. Whoever owns this room can show
 * something false to those who read without verifying, and can send a script that lies; it cannot make another
 * verifier accept it. That is why the page names the documents and how to check them elsewhere.
 */

export { createExplorer, EXPLORER_ROUTES } from './server.ts'
export type { Site, SiteAnswer, SiteQuestion } from './site.ts'
export type { AskApi } from './subscribe.ts'
export type { Example, ExplorerInfo, ExplorerOptions, Lookup, LookupFault, LookupResult } from './types.ts'
