/**
 * Near-identical questions with opposite labels (static conflict): the search for nearest
 * neighbours.
 */
package dev.craftstream.client.conflict;
