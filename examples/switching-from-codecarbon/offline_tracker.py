from tonne.codecarbon import OfflineEmissionsTracker  # was: from codecarbon import OfflineEmissionsTracker

tracker = OfflineEmissionsTracker(country_iso_code="CAN", region="quebec", project_name="offline", pue=1.2, tracking_mode="process")
tracker.start()

total = 0
for i in range(8_000_000):
    total += i * i % 7

emissions = tracker.stop()
print(f"{emissions} kg CO2eq")
