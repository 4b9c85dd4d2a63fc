/** The catalogue of items: availability, categories and attributes, and how a record stores an item. */
@NullMarked
package io.freshet.service.catalogue;

import org.jspecify.annotations.NullMarked;
