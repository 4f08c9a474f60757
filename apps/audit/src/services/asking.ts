/** Asking services: what an asker can do, and what comes of a question. */

export type Served =
  | {
      readonly kind: 'answer'
      /** HTTP status; 200 for WHOIS. */
      readonly status: number
      readonly text: string
      /** Of HTTP: where a redirect leads. */
      readonly location: string | null
      readonly milliseconds: number
    }
  /** Asked too much, or not served at the moment: to be asked again. */
  | { readonly kind: 'refused'; readonly why: string; readonly waitSeconds: number; readonly limit: boolean }
  | { readonly kind: 'failed'; readonly why: string }

export interface Channel {
  /** Never rejects. */
  ask(text: string): Promise<Served>
  /** On a connection of its own, where answers of other questions could be mixed up with this one. */
  askAlone?(text: string): Promise<Served>
  close(): void
}
