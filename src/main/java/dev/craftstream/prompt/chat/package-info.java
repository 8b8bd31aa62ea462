/** How the turns of a conversation become the one text that a chat model is given. */
package dev.craftstream.prompt.chat;
