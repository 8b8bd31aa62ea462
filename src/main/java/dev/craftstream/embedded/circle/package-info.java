/**
 * The whole circle on one machine, turn after turn: what is to be done next follows from what the
 * topics hold, so that a circle that was interrupted goes on where it was.
 */
package dev.craftstream.embedded.circle;
