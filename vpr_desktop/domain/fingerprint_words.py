"""The words of a fingerprint: 256 plain ones that sound unlike each other. Never change one or their order."""

from __future__ import annotations

WORDS: tuple[str, ...] = tuple(
    """
    acorn amber anchor angle apple apron arch arrow aspen atlas attic autumn badge badger bakery bamboo banana
    banjo barley basil basket beach beacon beaver beetle berry birch bison blanket blossom bonnet bottle branch
    bread brick bridge bronze brook broom bucket buffalo butter button cabin cactus camel canal candle canoe
    canvas cargo carpet carrot castle cedar cello chalk cherry chess chestnut chimney cinema circus citrus
    clarinet clay clover cobalt cocoa coconut comet compass copper coral cotton cradle crane crayon cricket
    crown crystal curtain cushion daisy denim desert diamond dinner dolphin donkey dragonfly drum eagle easel
    elbow elm ember engine falcon feather fern fiddle field flute forest fossil fountain fox galaxy garden
    garlic gazebo ginger giraffe glacier glove goose granite grape guitar hammer hammock harbour harp harvest
    hazel heather hedge heron hockey honey horizon iceberg igloo indigo island ivory jacket jasmine jelly jigsaw
    juniper kayak kettle kitten ladder lagoon lantern lavender lemon lentil lilac linen lizard lobster lotus
    magnet mango maple marble meadow melon mint mirror mitten moon mosaic mulberry mustard napkin nectar needle
    nettle nutmeg oasis ocean olive onion orange orchard otter oyster paddle palm panda paper parrot pasta peach
    peanut pebble pelican pencil pepper piano pigeon pillow pine planet plum pocket pond poppy potato prairie
    pumpkin puzzle quartz quilt rabbit radish raft rainbow raisin raven ribbon river robin rocket rose ruby
    saddle saffron sail salmon sandal satin saucer scarf shamrock shovel silver sofa sparrow spinach spoon
    squirrel sunset swan tambourine teapot thimble thistle tiger tomato trumpet tulip turtle umbrella velvet
    violet walnut willow window yoghurt zebra
    """.split()
)
