/** The commands of {@code ./craft}. */
package dev.craftstream.cli;
