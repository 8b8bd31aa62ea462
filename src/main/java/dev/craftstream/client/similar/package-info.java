/**
 * Questions that say nearly the same: nearest neighbours among embeddings, by comparing all or by
 * an index, and what is to be done about questions that are there twice.
 */
package dev.craftstream.client.similar;
