/** What a document may be at most. A stranger sends it: everything that is read has an end that is known before. */
export const LIMITS = {
  /** Bytes of the document itself. */
  documentBytes: 20_000_000,
  /** Bytes of a detached signature, and of a signature inside a PDF. */
  signatureBytes: 1_000_000,
  /** Bytes of one certificate. */
  certificateBytes: 32_768,
  /** Bytes of one CRL or OCSP response. */
  statusBytes: 5_000_000,
  /** Trust anchors of one kind. */
  anchors: 512,
  /** Certificates beside the anchors, from the signature, the document and whoever hands it in. */
  certificates: 64,
  /** CRLs and OCSP responses, together. */
  statuses: 64,
  /** Signatures of one document. */
  signatures: 16,
  /** Time stamps of one signature. */
  timeStamps: 4,
  /** Certificates of one path, anchor included. */
  pathLength: 8,
  /** Signatures of certificates that are tried for one path: crossed certificates could make it exponential. */
  pathAttempts: 64,
  /** Nesting and nodes of one ASN.1 value. */
  asn1Depth: 48,
  asn1Nodes: 200_000,
  /** Cross-reference sections, objects and nesting of a PDF, and bytes of one inflated stream. */
  pdfSections: 64,
  pdfObjects: 200_000,
  pdfDepth: 48,
  pdfStreamBytes: 8_000_000,
  /** Work on one PDF, in values read: pathological files end here. */
  pdfValues: 2_000_000,
} as const
