/**
 * The first stage: takes model checkpoints and requests one after the other, refuses what cannot be
 * served, and waits until everything that lies before them has been read.
 */
package dev.craftstream.admission;
