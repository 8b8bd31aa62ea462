/** What the embedded run starts on the own machine. */
package dev.craftstream.local;
