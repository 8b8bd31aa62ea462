/**
 * The curation job: its entry point with the wiring between the topics, and the stages between
 * them.
 */
package dev.craftstream;
