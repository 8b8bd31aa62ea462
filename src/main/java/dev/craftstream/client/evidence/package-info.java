/** Recorded samples, read from their topic or from files of it. */
package dev.craftstream.client.evidence;
