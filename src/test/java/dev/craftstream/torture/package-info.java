/**
 * The torture run: the whole job on real processes that are killed, stopped and cut off by a
 * schedule from a seed, and a check of every record that came out. {@link
 * dev.craftstream.torture.Torture} is the program, {@link dev.craftstream.torture.TortureIT} its
 * short form as a test.
 */
package dev.craftstream.torture;
