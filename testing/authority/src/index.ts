/**
 * An authority for tests: certificates, seals, time stamps, CRLs and OCSP responses by OpenSSL, and PDFs written byte by
 * byte (`@cadastre/authority/pdf`). Imported only by tests and benchmarks; needs the `openssl` command.
 */

export { IN_2045, IN_2060, type TestAuthority, testAuthority } from './authority.ts'
