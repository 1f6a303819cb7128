module example.org/scan-to-pay

go 1.19
