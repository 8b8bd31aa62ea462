/**
 * Files as rows: what a file's bytes are, whether compressed or not, and its records as names with
 * values, be they JSON, CSV or Parquet. Knows no form of questions.
 */
package dev.craftstream.client.importing.rows;
