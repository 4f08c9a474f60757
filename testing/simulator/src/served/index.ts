/** A real registry served by its real faces, through a hand that may change one thing at a time. */

export { type HttpAnswer, ServedRegistry, type Tamper } from './served-registry.ts'
