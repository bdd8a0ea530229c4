/** What is wrong with a request, by the codes of JSON-RPC and of `rpc`. */
export class RequestFault extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const NO_SUCH_METHOD = -32_601;
export const INVALID_PARAMETERS = -32_602;
export const REFUSED = -32_003;
export const TOO_MANY = -32_009;
