-- The table does not change, so the moment of a bid does not matter.
SELECT b.auction, b.bidder, b.price, b.datetime, s.value
FROM bid b JOIN side_input s ON b.auction % 10000 = s.key;
