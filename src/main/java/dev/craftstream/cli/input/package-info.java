/**
 * Commands that tell the job something, by its input topics: questions, model checkpoints and
 * requests.
 */
package dev.craftstream.cli.input;
