"""The demonstration's ways out: a device with cards in it, and a town's own server, which refuses by its own flag."""

from jlis.kernel.outputs import Treatment, Way, declare, declare_without_address

declare(Way.COMMAND, Treatment.REFUSES, town_server="市区町村の証明書サーバー（実演用）")
declare_without_address(Way.COMMAND, "実演用データの作成と整合性確認", "demo", "town_check")
declare_without_address(
    Way.SCREEN, "実演用のカード読取機", "demo_reader_cards", "demo_reader_certificate", "demo_reader_signatures"
)
