/**
 * The topics' records: schemas to domain and back. What cannot be used becomes a dead letter with a
 * sentence that says what is wrong.
 */
package dev.craftstream.topics.records;
