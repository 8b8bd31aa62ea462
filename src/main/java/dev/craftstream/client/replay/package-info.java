/** Dead letters whose cause is mended go back to their topic, from their original bytes, once. */
package dev.craftstream.client.replay;
