"""The room's ways out: bodies, circuits and services. No resident is in it, and nobody's address."""

from jlis.kernel.outputs import Way, declare_without_address

declare_without_address(
    Way.SCREEN,
    "回線と冗長化率",
    "lgwan_redundancy",
    "lgwan_redundancy_csv",
    "lgwan_load_survey",
    "lgwan_circuits",
    "lgwan_circuits_csv",
    "lgwan_load_circuits",
)
declare_without_address(
    Way.SCREEN,
    "LGWAN-ASPサービス",
    "lgwan_services",
    "lgwan_apply",
    "lgwan_service",
    "lgwan_hand_in",
    "lgwan_judge",
    "lgwan_ask",
    "lgwan_contact",
    "lgwan_move",
    "lgwan_answer",
    "lgwan_enter_provider",
    "lgwan_catalogue",
    "lgwan_catalogue_csv",
    "lgwan_counts",
)
declare_without_address(Way.COMMAND, "回線と調査の取込み", "load_network", "load_survey")
