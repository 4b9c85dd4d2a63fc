/** The items of the catalogue, and their JSON form on the topic {@code items}. */
@NullMarked
package io.freshet.client.item;

import org.jspecify.annotations.NullMarked;
