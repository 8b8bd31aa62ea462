/** {@code ./craft} itself, and the commands that print reference texts. */
package dev.craftstream.cli;
