/**
 * RDAP (STD 95: RFC 7480, 7481, 9082, 9083) with the profile of the regional registries. `target.ts` reads the path,
 * `subject.ts` finds the record that answers, `view.ts` gathers what it says, `render.ts` and the files it names make
 * the bytes; `handler.ts` joins them and keeps ready answers of the current snapshot; `server.ts` is HTTP. Where we
 * depart from a specification, `docs/divergences.md` says so.
 */

export type { RdapAnswer } from './answer.ts'
export type { RdapHandler, RdapOptions } from './handler.ts'
export { answerRdap, createRdap, createRdapHandler, RDAP_ROUTES } from './server.ts'
