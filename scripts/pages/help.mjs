import { marked } from 'marked';

/**
 * @typedef {{ type: 'text' | 'code' | 'strong' | 'emphasis', text: string } | { type: 'link', text: string, href: string }} Span
 * @typedef {{ type: 'heading', level: number, id: string, text: string }
 *   | { type: 'paragraph', spans: Span[] }
 *   | { type: 'code', text: string }
 *   | { type: 'list', ordered: boolean, items: Span[][] }
 *   | { type: 'table', head: Span[][], rows: Span[][][] }} Block
 */

/**
 * The README as blocks of plain parts. There is no markup in them, so nothing in the text can become any: pictures and
 * HTML are left out, and links lead to http, https or a heading alone.
 * @param {string} markdown
 * @returns {Block[]}
 */
export function readHelp(markdown) {
  return marked.lexer(markdown).flatMap(blocksOf);
}

/** @param {import('marked').Token} token @returns {Block[]} */
function blocksOf(token) {
  const { type } = token;
  if (type === 'heading') {
    const text = plain(token.tokens ?? []);
    return [{ type: 'heading', level: token.depth, id: slug(text), text }];
  }
  if (type === 'paragraph') {
    const spans = spansOf(token.tokens ?? []);
    return spans.length === 0 ? [] : [{ type: 'paragraph', spans }];
  }
  if (type === 'code') return [{ type: 'code', text: token.text }];
  if (type === 'list') {
    /** @type {import('marked').Tokens.ListItem[]} */
    const items = token.items;
    return [{ type: 'list', ordered: token.ordered === true, items: items.map((item) => spansOf(item.tokens)) }];
  }
  if (type === 'table') {
    /** @param {import('marked').Tokens.TableCell} cell */
    const cellOf = (cell) => spansOf(cell.tokens);
    /** @type {import('marked').Tokens.TableCell[][]} */
    const rows = token.rows;
    /** @type {import('marked').Tokens.TableCell[]} */
    const head = token.header;
    return [{ type: 'table', head: head.map(cellOf), rows: rows.map((row) => row.map(cellOf)) }];
  }
  return [];
}

/** @param {readonly import('marked').Token[]} tokens @returns {Span[]} */
function spansOf(tokens) {
  return tokens.flatMap(spanOf);
}

/** @param {import('marked').Token} token @returns {Span[]} */
function spanOf(token) {
  const { type } = token;
  if (type === 'image' || type === 'html') return [];
  if (type === 'codespan') return [{ type: 'code', text: unescaped(token.text) }];
  if (type === 'strong') return [{ type: 'strong', text: plain(token.tokens ?? []) }];
  if (type === 'em') return [{ type: 'emphasis', text: plain(token.tokens ?? []) }];
  if (type === 'link' && /^(https?:\/\/|#)/.test(token.href)) {
    return [{ type: 'link', text: plain(token.tokens ?? []), href: token.href }];
  }
  if ('tokens' in token && token.tokens !== undefined) return spansOf(token.tokens);
  return 'text' in token && token.text !== '' ? [{ type: 'text', text: unescaped(token.text) }] : [];
}

/** @param {readonly import('marked').Token[]} tokens */
function plain(tokens) {
  return spansOf(tokens)
    .map(({ text }) => text)
    .join('');
}

/** @param {string} text */
function unescaped(text) {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** As GitHub makes the anchor of a heading. @param {string} text */
function slug(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-');
}
