/** Statuses with which nginx's `return` takes a URL; with others it is a text. https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return */
export const locating: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
