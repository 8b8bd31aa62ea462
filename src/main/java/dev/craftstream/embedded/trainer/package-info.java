/**
 * The reference trainer as a process beside an embedded run: its Python environment, its options,
 * its life, and the model repository that it adds adapters to.
 */
package dev.craftstream.embedded.trainer;
