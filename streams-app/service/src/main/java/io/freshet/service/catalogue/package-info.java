/** The catalogue of items: availability, categories and attributes, and how a record stores an item. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.catalogue;
