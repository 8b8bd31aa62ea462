/** How model checkpoints do on the questions that evaluate them. */
package dev.craftstream.evaluation;
