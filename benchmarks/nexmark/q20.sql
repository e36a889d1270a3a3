-- Expanded bids: each bid with its auction, where that is of category 10.

SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.datetime, b.extra,
  a.itemname, a.description, a.initialbid, a.reserve, a.datetime AS opened, a.expires,
  a.seller, a.category, a.extra AS auction_extra
FROM bid b JOIN auction a ON b.auction = a.id
WHERE a.category = 10;
