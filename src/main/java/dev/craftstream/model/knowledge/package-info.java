/**
 * What is known of a question under a model checkpoint: correctness and certainty, the rule they
 * were judged by, and the change from one model checkpoint to the next.
 */
package dev.craftstream.model.knowledge;
